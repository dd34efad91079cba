# Everything that operators, developers and CI run here; `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help run test test-opensearch bench bench-pages eval-search bench-search bench-register bench-footprint seed-scale bench-scale bench-live a11y html lighthouse screens screens-office fault-matrix feed-torture ballot-torture counters-torture test-next lint format lock messages guide admin

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PYTEST_OPTIONS ?= -n auto
# What a target is narrowed to that walks many things.
ONLY ?=
# site/ is a folder on the path, not a package.
export PYTHONPATH := $(CURDIR)/site:$(CURDIR)

help: ## Liệt kê các lệnh này
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; \
	  do printf '  make %-15s %s\n' "$$name" "$$text"; done

run: ## Cài đặt những gì còn thiếu rồi chạy cổng (biến môi trường: PORT, HOST, DATA_DIR)
	@$(PYTHON) deploy/bootstrap.py run
	@exec $(MANAGE) serve

admin: ## Tạo tài khoản quản trị thật đầu tiên
	@$(PYTHON) deploy/bootstrap.py run
	@mkdir -p "$${DATA_DIR:-var}"
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) createsuperuser $(if $(DJANGO_SUPERUSER_PASSWORD),--noinput)

test: ## Chạy mọi kiểm thử, trên SQLite rồi trên PostgreSQL và Redis
	@$(PYTHON) deploy/bootstrap.py test
	env -u DATABASE_URL -u REDIS_URL $(BIN)/python -m pytest $(PYTEST_OPTIONS)
	$(BIN)/python -m pytest $(PYTEST_OPTIONS) --postgres

test-opensearch: ## Kiểm thử với máy chủ OpenSearch thật: make test-opensearch OPENSEARCH_TEST_URL=http://…:9200
	@$(PYTHON) deploy/bootstrap.py test
	OPENSEARCH_TEST_URL=$(OPENSEARCH_TEST_URL) $(BIN)/python -m pytest tests/test_opensearch.py

WRITE ?=
bench: ## Đo cổng phục vụ nhanh tới đâu, cạnh nginx với một tệp (cần nginx, wrk; WRITE=1: ghi vào docs/benchmarks.md)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.serving $(if $(WRITE),--write)

PROFILE ?=
bench-pages: ## Đo mỗi trang: số truy vấn, thời gian CPU, dung lượng (một trang tốn thời gian vào đâu: PROFILE=/tin-tuc/)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.pages $(if $(PROFILE),--profile "$(PROFILE)")

DOCS ?= tests/evaluation/docs.jsonl
QUERIES ?= tests/evaluation/queries.jsonl
eval-search: ## Đo tìm kiếm đúng tới đâu: make eval-search DOCS=docs.jsonl QUERIES=queries.jsonl
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.search_quality --docs $(DOCS) --queries $(QUERIES)

bench-footprint: ## Đo mỗi chương trình: khởi động bao lâu, bộ nhớ, CPU khi không ai hỏi (cần PostgreSQL, Redis)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.footprint

bench-search: ## Đo tìm kiếm ở 1.000 và 100.000 văn bản: thời gian, số truy vấn, dung lượng chỉ mục
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.search

bench-register: ## Đo sổ văn bản ở 1.000 và 100.000 văn bản, trên SQLite và PostgreSQL
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.register

N ?=
seed-scale: ## Nạp một cổng cỡ lớn vào cơ sở dữ liệu trống (DATABASE_URL hoặc DATA_DIR): make seed-scale N=100000
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.scale_seed $(or $(N),100000)

SQLITE ?=
bench-scale: ## Đo cả cổng ở 1.000, 10.000 và 100.000 văn bản: trang, cây trang, duyệt đăng, chỉ mục (SQLITE=1; WRITE=1: ghi vào docs/benchmarks.md)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.scale $(if $(SQLITE),--sqlite) $(if $(WRITE),--write)

FAULT ?=
fault-matrix: ## Thử 43 lỗi của nguồn dữ liệu, mỗi lỗi đối chiếu 5 cam kết (riêng một lỗi: FAULT="gzip bomb")
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.faults.matrix --fault "$(FAULT)"

feed-torture: ## Dừng đột ngột beat và worker 20 lần, kiểm tra dữ liệu không trùng và được cập nhật lại kịp thời
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.faults.torture

ballot-torture: ## Gửi 2.000 phiếu cùng lúc trong khi dừng đột ngột web và PostgreSQL, kiểm tra không phiếu nào mất hay đếm hai lần
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.faults.ballots

counters-torture: ## Dừng đột ngột web, worker, beat, Redis, PostgreSQL trong 10.000 lượt xem, đếm số lượt mất và đếm trùng
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.faults.counters

bench-live: ## Đo /live/ cạnh một ứng dụng WSGI trần hỏi Redis một lần: thời gian CPU, số yêu cầu mỗi giây
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.bench.live

NODE := tests/node/node_modules/.package-lock.json
$(NODE): tests/node/package-lock.json
	npm ci --prefix tests/node

a11y: $(NODE) ## Soát khả năng tiếp cận của mọi trang bằng axe và pa11y (cần Node; riêng một trang: ONLY=poll)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.gates.a11y --only "$(ONLY)"

lighthouse: $(NODE) ## Đo mọi trang bằng Lighthouse (cần Node, nginx; WRITE=1: ghi vào docs/benchmarks.md; riêng một trang: ONLY=poll)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.gates.lighthouse --only "$(ONLY)" $(if $(WRITE),--write)

html: $(NODE) ## Soát HTML của mọi trang và 50 trang đủ mọi khối, nguồn tin, sơ đồ trang, liên kết hỏng (cần Node và Java)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.gates.markup

screens-office: ## Soát mọi màn hình quản trị: không còn chữ tiếng Anh, đạt khả năng tiếp cận (bộ kiểm thử chỉ soát một phần)
	@$(PYTHON) deploy/bootstrap.py test
	$(BIN)/python -m pytest $(PYTEST_OPTIONS) --whole tests/e2e/test_admin_speaks_vietnamese.py tests/e2e/test_admin_is_accessible.py

screens: ## Chụp mọi trang, rộng và hẹp, sáng và tối, thành một tấm trong docs/screens
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.gates.screens

test-next: ## Chạy kiểm thử với bản Wagtail kế tiếp, trong .venv-next
	@VENV=.venv-next $(PYTHON) deploy/bootstrap.py next
	.venv-next/bin/python -m pytest $(PYTEST_OPTIONS)

lint: ## Soát mã nguồn, mẫu trang, migration và cấu hình triển khai
	@$(PYTHON) deploy/bootstrap.py test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djhtml --check $(wildcard */templates)
	$(BIN)/lint-imports
	DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  ALLOWED_HOSTS=portal.example BASE_URL=https://portal.example DATABASE_URL=sqlite://:memory: \
	  DJANGO_SETTINGS_MODULE=portal.settings.production \
	  $(MANAGE) check --deploy --fail-level WARNING

format: ## Sắp lại mã nguồn và mẫu trang theo khuôn chung
	@$(PYTHON) deploy/bootstrap.py test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djhtml $(wildcard */templates)

lock: ## Khoá lại phiên bản các thư viện (cần uv)
	uv pip compile --generate-hashes --universal -p 3.11 --no-header --no-emit-index-url \
	  pyproject.toml -o requirements.txt
	uv pip compile --generate-hashes --universal -p 3.11 --no-header --no-emit-index-url \
	  --group pyproject.toml:test -c requirements.txt -o tests/requirements.txt
	echo uv | uv pip compile --generate-hashes --universal -p 3.11 --no-header --no-emit-index-url \
	  --no-annotate - -o deploy/uv.txt

messages: ## Gom và biên dịch chuỗi dịch, thêm chuỗi mới của các thư viện (cần gettext)
	@$(PYTHON) deploy/bootstrap.py test
	$(MANAGE) makemessages --locale vi --add-location file \
	  --ignore '.venv*' --ignore var --ignore tests --ignore deploy
	DJANGO_SETTINGS_MODULE=portal.settings.test $(BIN)/python -m tests.installed_strings
	$(MANAGE) compilemessages --locale vi --ignore '.venv*' --ignore var

guide: ## Chụp lại hình của hướng dẫn biên tập từ một cổng dùng thử (riêng một hình: ONLY=tra-lai)
	@$(PYTHON) deploy/bootstrap.py test
	@$(BIN)/python -m tests.e2e.guide_pictures $(if $(ONLY),--only $(ONLY))
