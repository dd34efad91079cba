"""Whatever is done to directives, in any order: what is kept is what dates and relations give."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from articles.models import (
    DirectivePage,
    DirectiveRelation,
    DirectiveSuspension,
    EffectPeriod,
    RegisterChange,
    RegisterVersion,
)
from tests.factories import make_directive, make_home, make_section

START = date(2020, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(0, 50, 5)]
SIZE = 4
which = st.integers(0, SIZE - 1)
day = st.sampled_from(DAYS)


class World:
    """The same directives once more, as plain facts; `expected` knows the rules and no database."""

    def __init__(self, signed_on):
        self.live = True
        self.effective_on = signed_on
        self.expires_on = self.withdrawn_on = None
        self.suspensions = []
        # (kind, index of the target, provisions, first day or None)
        self.relations = []


def expected(worlds, index, on):
    own = worlds[index]
    replaced, amended = [], []
    for other in worlds:
        for kind, target, provisions, starts_on in other.relations:
            first = starts_on or other.effective_on
            is_void = other.withdrawn_on is not None and other.withdrawn_on <= first
            if other.live and target == index and not is_void:
                if kind == "replaces" and not provisions:
                    replaced.append(first)
                elif kind in ("replaces", "amends"):
                    amended.append(first)
    if own.withdrawn_on and on >= own.withdrawn_on:
        return "withdrawn"
    if replaced and on >= min(replaced):
        return "superseded"
    if own.expires_on and on > own.expires_on:
        return "expired"
    if on < own.effective_on:
        return "not-yet"
    if any(first <= on and (last is None or on <= last) for first, last in own.suspensions):
        return "suspended"
    if amended and on >= min(amended):
        return "partly"
    return "in-force"


class Office(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        make_home()
        # All signed on one day, so that every relation is one that the form would let pass.
        self.pages = [
            make_directive(title=f"Văn bản {number}", number=str(number + 1), signed_on=START)
            for number in range(SIZE)
        ]
        self.worlds = [World(START) for _ in range(SIZE)]

    def teardown(self):
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def change(self, index, apply):
        """Editors change a draft, which is published; the draft of what is offline stays one."""
        page = DirectivePage.objects.get(pk=self.pages[index].pk).get_latest_revision_as_object()
        apply(page)
        page.change_note = "Sửa"
        revision = page.save_revision()
        if self.worlds[index].live:
            revision.publish()

    @rule(index=which)
    def unpublish(self, index):
        DirectivePage.objects.get(pk=self.pages[index].pk).unpublish()
        self.worlds[index].live = False

    @rule(index=which)
    def publish(self, index):
        page = DirectivePage.objects.get(pk=self.pages[index].pk)
        page.get_latest_revision_as_object().save_revision().publish()
        self.worlds[index].live = True

    @rule(
        index=which,
        other=which,
        kind=st.sampled_from(["replaces", "amends", "cites", "implements", "corrects"]),
        provisions=st.sampled_from(["", "Điều 3"]),
        starts_on=st.none() | day,
    )
    def relate(self, index, other, kind, provisions, starts_on):
        if index == other:
            return

        def apply(page):
            page.relations.add(
                DirectiveRelation(
                    kind=kind,
                    target=self.pages[other],
                    provisions=provisions,
                    starts_on=starts_on,
                )
            )

        self.change(index, apply)
        self.worlds[index].relations.append((kind, other, provisions, starts_on))

    @rule(index=which)
    def take_relations_back(self, index):
        self.change(index, lambda page: setattr(page, "relations", []))
        self.worlds[index].relations = []

    @rule(index=which, on=st.none() | day)
    def withdraw_or_take_back(self, index, on):
        def apply(page):
            page.withdrawn_on, page.withdrawal_reason = on, "Sai thẩm quyền" if on else ""

        self.change(index, apply)
        self.worlds[index].withdrawn_on = on

    @rule(index=which, effective=day, expires=st.none() | day)
    def change_dates(self, index, effective, expires):
        if expires and expires < effective:
            expires = None

        def apply(page):
            page.effective_on, page.expires_on = effective, expires

        self.change(index, apply)
        self.worlds[index].effective_on, self.worlds[index].expires_on = effective, expires

    @rule(index=which, first=day, last=st.none() | day)
    def suspend(self, index, first, last):
        if last and last < first:
            last = None

        def apply(page):
            page.suspensions.add(
                DirectiveSuspension(starts_on=first, ends_on=last, reason="Xét lại")
            )

        self.change(index, apply)
        self.worlds[index].suspensions.append((first, last))

    @rule(index=which)
    def only_save_a_draft(self, index):
        page = DirectivePage.objects.get(pk=self.pages[index].pk).get_latest_revision_as_object()
        if self.worlds[index].live:
            keep = page.withdrawn_on, page.withdrawal_reason
            page.withdrawn_on, page.withdrawal_reason = START, "Chỉ là bản nháp"
            page.save_revision()
            # Back again, so that the next publication holds what the model expects.
            page.withdrawn_on, page.withdrawal_reason = keep
            page.save_revision()

    @invariant()
    def kept_periods_are_what_the_facts_give(self):
        rows = {}
        for row in EffectPeriod.objects.all():
            rows.setdefault(row.directive_id, []).append(row)
        for index, world in enumerate(self.worlds):
            kept = rows.get(self.pages[index].pk, [])
            assert bool(kept) == world.live
            for on in DAYS if world.live else ():
                [found] = [row for row in kept if row.starts_on <= on < row.ends_before]
                assert found.effect == expected(self.worlds, index, on), (index, on)

    @invariant()
    def a_page_says_of_itself_what_is_kept(self):
        for index, world in enumerate(self.worlds):
            if world.live:
                page = DirectivePage.objects.get(pk=self.pages[index].pk)
                assert {on: page.effect_on(on) for on in DAYS} == {
                    on: expected(self.worlds, index, on) for on in DAYS
                }


@pytest.mark.django_db
def test_no_sequence_of_changes_leaves_a_status_that_the_facts_do_not_give():
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_a_relation_counts_at_once_and_is_taken_back_with_its_document():
    make_home()
    old = make_directive(signed_on=date(2015, 1, 1), title="Cũ")
    new = make_directive(number="08", signed_on=date(2020, 1, 1), title="Mới")
    new.relations.add(DirectiveRelation(kind="replaces", target=old))
    new.save_revision().publish()
    assert EffectPeriod.objects.on(date(2020, 1, 1)).get(directive=old).effect == "superseded"
    assert EffectPeriod.objects.on(date(2019, 12, 31)).get(directive=old).effect == "in-force"

    new.unpublish()
    assert [row.effect for row in old.effect_periods.all()] == ["not-yet", "in-force"]
    assert not new.effect_periods.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["delete it", "delete its section"])
def test_deleting_the_new_document_gives_the_old_one_its_effect_back(step):
    home = make_home()
    old = make_directive(signed_on=date(2015, 1, 1), title="Cũ")
    section = make_section(home.get_children().first(), "Năm 2020")
    new = make_directive(section, number="08", signed_on=date(2020, 1, 1), title="Mới")
    new.relations.add(DirectiveRelation(kind="replaces", target=old))
    new.save_revision().publish()
    before = RegisterVersion.objects.get().version

    (new if step == "delete it" else section).delete()

    assert [row.effect for row in old.effect_periods.all()] == ["not-yet", "in-force"]
    changed = RegisterChange.objects.filter(version__gt=before)
    assert {change.directive_id for change in changed} == {old.pk, new.pk}


@pytest.mark.django_db
def test_what_fails_changes_nothing():
    make_home()
    old = make_directive(signed_on=date(2015, 1, 1), title="Cũ")
    new = make_directive(number="08", signed_on=date(2020, 1, 1), title="Mới")
    new.relations.add(DirectiveRelation(kind="replaces", target=old))
    version = RegisterVersion.objects.get().version

    def fail(*args):
        raise RuntimeError("the database went away")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError):
        # The last thing that a publication writes.
        patch.setattr(RegisterChange.objects, "note", fail)
        new.save_revision().publish()

    assert not DirectiveRelation.objects.exists()
    assert [row.effect for row in old.effect_periods.all()] == ["not-yet", "in-force"]
    assert RegisterVersion.objects.get().version == version


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_publications_at_one_moment_both_count():

    make_home()
    old = make_directive(signed_on=date(2015, 1, 1), title="Cũ")
    revisions = []
    for number, kind in (("08", "amends"), ("09", "replaces")):
        new = make_directive(number=number, signed_on=date(2020, 1, 1), title=f"Mới {number}")
        starts_on = date(2020, 1, 1) if kind == "amends" else date(2021, 1, 1)
        new.relations.add(DirectiveRelation(kind=kind, target=old, starts_on=starts_on))
        revisions.append(new.save_revision())
    barrier = Barrier(2)

    def publish(revision):
        try:
            barrier.wait()
            revision.publish()
        finally:
            connection.close()

    threads = [Thread(target=publish, args=[revision]) for revision in revisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [(row.effect, row.starts_on.year) for row in old.effect_periods.all()]
    assert kept == [("not-yet", 1), ("in-force", 2015), ("partly", 2020), ("superseded", 2021)]
