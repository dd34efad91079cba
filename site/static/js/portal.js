// Keeps the figures of a page fresh, sends votes without a reload, loads a film after a click,
// suggests what may be looked for, and copies addresses and citations, shares and prints; keeps away
// notices that a reader has read, keeps the size and contrast of the letters, reads articles aloud, and
// closes submenus.
// Everything on the page works without this file.

const REFRESH_EVERY = 60_000; // milliseconds, while the page is in view
const SUGGEST_FROM = 2; // characters
const SUGGEST_AFTER = 150; // milliseconds without a key
const number = new Intl.NumberFormat(document.documentElement.lang);

function show(element, value) {
    const text = number.format(value);
    if (element.textContent !== text) element.textContent = text;
}

function showPoll(poll, results) {
    for (const [id, [votes, percent]] of Object.entries(results.choices)) {
        for (const row of poll.querySelectorAll(`[data-choice="${id}"]`)) {
            row.querySelectorAll("[data-votes]").forEach((element) => show(element, votes));
            row.querySelectorAll("[data-percent]").forEach((element) => show(element, percent));
            row.querySelectorAll("rect").forEach((bar) => bar.setAttribute("width", percent));
        }
    }
    for (const name of ["total", "voters"]) {
        poll.querySelectorAll(`[data-${name}]`).forEach((element) => show(element, results[name]));
    }
}

async function refresh(isFirst) {
    const address = new URL(document.body.dataset.live, location.href);
    if (document.body.dataset.page) address.searchParams.set("page", document.body.dataset.page);
    if (!isFirst) address.searchParams.set("seen", "1");
    else if (document.body.dataset.asked) address.searchParams.set("asked", document.body.dataset.asked);
    const polls = [...document.querySelectorAll("[data-poll]")];
    new Set(polls.map((poll) => poll.dataset.poll)).forEach((id) => address.searchParams.append("poll", id));

    const response = await fetch(address);
    if (!response.ok) return; // the figures stay as they were rendered
    const figures = await response.json();
    for (const [name, value] of Object.entries(figures.visits)) {
        document.querySelectorAll(`[data-live="${name}"]`).forEach((element) => show(element, value));
    }
    if ("views" in figures) {
        document.querySelectorAll("[data-views]").forEach((element) => show(element, figures.views));
    }
    for (const poll of polls) {
        const results = figures.polls?.[poll.dataset.poll];
        if (results) showPoll(poll, results);
    }
}

async function vote(event) {
    const form = event.target.closest("[data-poll-form]");
    if (!form) return;
    event.preventDefault();
    const poll = form.closest("[data-poll]");
    const button = form.querySelector("button");
    button.disabled = true;
    try {
        const response = await fetch(form.action, {
            method: "POST",
            body: new FormData(form),
            headers: { Accept: "application/json" },
        });
        const answer = await response.json();
        if (answer.outcome === "riddle") return form.submit(); // which stands on the poll's own page
        const message = poll.querySelector("[data-poll-message]");
        message.textContent = answer.message;
        message.tabIndex = -1;
        message.focus(); // the button that had it is disabled now
        // Hidden until now from whoever had not voted: they stand on a page of their own.
        if (answer.results && poll.querySelector("[data-poll-hidden]")) return location.assign(answer.page);
        if (answer.results) showPoll(poll, answer.results);
        if (response.ok) form.querySelectorAll("input").forEach((input) => (input.disabled = true));
        else button.disabled = false;
    } catch {
        form.submit(); // the plain way says what is wrong
    }
}

function play(event) {
    const link = event.target.closest("[data-player]");
    if (!link) return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = link.dataset.player;
    frame.title = link.textContent.trim();
    frame.allow = "fullscreen; encrypted-media";
    link.replaceWith(frame);
    frame.focus();
}

async function write(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch { // not over plain http, and not in every browser
        const focused = document.activeElement;
        const area = document.createElement("textarea");
        area.value = text;
        area.className = "visually-hidden";
        document.body.append(area);
        area.focus({ preventScroll: true });
        area.select();
        const written = document.execCommand("copy");
        area.remove();
        focused.focus({ preventScroll: true });
        return written;
    }
}

// Copies what data-copy says, or the address of a link that says nothing; a link is followed too.
async function copy(event) {
    const source = event.target.closest("[data-copy]");
    if (!source) return;
    const status = document.querySelector(".copied");
    status.textContent = ""; // or the same words would not be said again
    if (await write(source.dataset.copy || source.href)) {
        status.textContent = source.closest("[data-copied]").dataset.copied;
    }
}

async function share(event) {
    const button = event.target.closest("[data-share]");
    if (!button || !navigator.share) return;
    // A reader who thinks better of it is no fault.
    await navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {});
}

function printPage(event) {
    if (event.target.closest("[data-print]")) window.print();
}

// A combobox as the ARIA Authoring Practices describe it: focus stays in the field, arrow keys choose
// a suggestion, Enter goes there or, with none chosen, searches.
function suggest(form) {
    const [field, list, status] = ["input", "ul", "[role=status]"].map((part) => form.querySelector(part));
    let asked; // the request under way
    let chosen = -1;
    Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })
        .forEach(([name, value]) => field.setAttribute(name, value));

    function choose(index) {
        chosen = index;
        [...list.children].forEach((option, place) => option.setAttribute("aria-selected", place === index));
        const option = list.children[index];
        if (!option) return field.removeAttribute("aria-activedescendant");
        field.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
    }

    function fill(suggestions) {
        list.replaceChildren(...suggestions.map(({ title, note, address, lang }, index) => {
            const option = document.createElement("li");
            option.id = `${list.id}-${index}`;
            option.role = "option";
            option.dataset.address = address;
            if (lang) option.lang = lang;
            const about = document.createElement("span");
            about.textContent = note;
            option.append(title, about);
            return option;
        }));
        list.hidden = !suggestions.length;
        field.setAttribute("aria-expanded", String(!list.hidden));
        choose(-1);
    }

    function close() {
        clearTimeout(asked?.timer);
        asked?.abort();
        fill([]);
        status.textContent = "";
    }

    async function ask() {
        const address = new URL(form.dataset.suggest, location.href);
        address.searchParams.set("q", field.value);
        const response = await fetch(address, { signal: asked.signal });
        if (!response.ok) return;
        const { suggestions } = await response.json();
        fill(suggestions);
        status.textContent = suggestions.length ? status.dataset.some : status.dataset.none;
    }

    field.addEventListener("input", () => {
        clearTimeout(asked?.timer);
        asked?.abort();
        if (field.value.trim().length < SUGGEST_FROM) return close();
        asked = new AbortController();
        // Offline, or typed on meanwhile: the field searches as it always does.
        asked.timer = setTimeout(() => ask().catch(() => {}), SUGGEST_AFTER);
    });
    field.addEventListener("keydown", (event) => {
        const options = list.children.length;
        if (event.isComposing || !options) return; // a tone is being put on a letter
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            // Between the last and the first stands the field itself.
            choose(((chosen + 1 + step + options + 1) % (options + 1)) - 1);
        } else if (event.key === "Escape") {
            event.preventDefault(); // what was typed stays
            close();
        } else if (event.key === "Enter" && chosen >= 0) {
            event.preventDefault();
            location.assign(list.children[chosen].dataset.address);
        }
    });
    field.addEventListener("blur", close);
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) location.assign(option.dataset.address);
    });
}

// Reads an article aloud: its title, summary and body, sentence by sentence, for browsers break off
// what is long. A pause remembers the sentence, because on phones speechSynthesis.pause() forgets it.
const AT_MOST_180 = /\S.{0,179}(?=\s|$)/g; // characters, up to a space
const SPOKEN = ["h1", ".summary", ".body"];
const UNSPOKEN = "[hidden], [aria-hidden=true], nav, form, button, svg, .titled > .permalink, .visually-hidden, .poll, .documents";

// A text for each paragraph, and for each row of a table.
function spokenTexts(article) {
    const texts = [];
    let last;
    for (const part of SPOKEN.flatMap((selector) => [...article.querySelectorAll(selector)])) {
        const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const parent = node.parentElement;
            if (parent.closest(UNSPOKEN) || !node.data.trim()) continue;
            const block = parent.closest("tr") ?? parent.closest("h1, h2, h3, h4, p, li, caption, figcaption, div");
            const cell = parent.closest("td, th");
            if (block !== last?.block) texts.push("");
            else if (cell !== last.cell) texts.push(`${texts.pop()}, `);
            texts.push(texts.pop() + (node.previousSibling?.nodeName === "BR" ? " " : "") + node.data);
            last = { block, cell };
        }
    }
    return texts;
}

function sentences(text) {
    const whole = text.replace(/\s+/g, " ").match(/\S.*?(?:[.!?…;](?=\s)|$)/g) ?? [];
    return whole.flatMap((sentence) => sentence.match(AT_MOST_180) ?? []);
}

function prepareListening(box) {
    const synthesis = window.speechSynthesis;
    if (!synthesis) return;
    const [button, stop] = box.querySelectorAll("button");
    const status = box.querySelector("[role=status]");
    let voice;
    let texts = [];
    let next = 0;
    let current; // held here, or Chrome drops it and never says that it has ended

    function findVoice() {
        voice = synthesis.getVoices().find(({ lang }) => /^vi([-_]|$)/i.test(lang));
        box.hidden = !voice;
    }

    function tell(state) {
        button.textContent = button.dataset[state];
        status.textContent = status.dataset[state];
        stop.hidden = state === "idle";
    }

    function silence() {
        current = null;
        synthesis.cancel();
    }

    function end() {
        silence();
        next = 0;
        if (document.activeElement === stop) button.focus(); // stop is about to go
        tell("idle");
    }

    function speak() {
        if (next >= texts.length) return end();
        const utterance = new SpeechSynthesisUtterance(texts[next]);
        utterance.voice = voice;
        utterance.lang = voice.lang;
        utterance.onend = () => {
            if (utterance !== current) return;
            next += 1;
            speak();
        };
        utterance.onerror = () => utterance === current && end();
        current = utterance;
        synthesis.speak(utterance);
    }

    button.addEventListener("click", () => {
        if (current) {
            silence();
            return tell("paused");
        }
        texts = spokenTexts(box.closest("article")).flatMap(sentences);
        synthesis.cancel(); // whatever another page left
        tell("reading");
        speak();
    });
    stop.addEventListener("click", end);
    addEventListener("pagehide", () => current && end());
    synthesis.onvoiceschanged = findVoice; // some have no addEventListener
    findVoice();
}

// Notices that this reader has hidden stay hidden, in this browser and nowhere else. Changed by the
// office, a notice has another name and is seen again.
const HIDDEN_ALERTS = "hidden-alerts";
const MOST_HIDDEN = 20;

function hiddenAlerts() {
    try {
        return JSON.parse(localStorage.getItem(HIDDEN_ALERTS)) ?? [];
    } catch { // storage is switched off, or somebody wrote into it
        return [];
    }
}

function prepareAlerts() {
    const hidden = hiddenAlerts();
    document.querySelectorAll("[data-alert]").forEach((alert) => {
        alert.hidden = hidden.includes(alert.dataset.alert);
        alert.querySelector("[data-close-alert]").hidden = false;
    });
}

const names = (section) => [...section.querySelectorAll("[data-alert]")].map((alert) => alert.dataset.alert).join();

// A notice that has come, changed or gone since the page was opened.
async function refreshAlerts() {
    const section = document.querySelector("[data-notices]");
    const response = await fetch(section.dataset.notices);
    if (!response.ok) return;
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = answer.querySelector("[data-notices]");
    // Not under the fingers of a reader who is in it.
    if (names(fresh) === names(section) || section.contains(document.activeElement)) return;
    section.hidden = fresh.hidden;
    section.replaceChildren(...fresh.children);
    prepareAlerts();
}

function closeAlert(event) {
    const alert = event.target.closest("[data-close-alert]")?.closest("[data-alert]");
    if (!alert) return;
    // The focus goes on to what comes next, not back to the start of the page.
    const shown = [...document.querySelectorAll("[data-alert]:not([hidden]) [data-close-alert]")];
    const next = shown[shown.indexOf(alert.querySelector("[data-close-alert]")) + 1];
    alert.hidden = true;
    (next ?? document.querySelector("header a")).focus();
    try {
        const hidden = [...hiddenAlerts(), alert.dataset.alert].slice(-MOST_HIDDEN);
        localStorage.setItem(HIDDEN_ALERTS, JSON.stringify(hidden));
    } catch { // hidden on this page alone
    }
}

// How a reader wants the letters, in this browser and nowhere else. A line in the page's head puts it
// into effect before anything is drawn (home/inline.py).
const chosen = document.documentElement.dataset;

function showReader() {
    document.querySelectorAll("[data-reader]").forEach((button) => {
        button.setAttribute("aria-pressed", String((chosen[button.dataset.reader] ?? "") === button.value));
    });
}

function setReader(event) {
    const button = event.target.closest("[data-reader]");
    if (!button) return;
    const isOn = button.getAttribute("aria-pressed") === "true";
    if (isOn || !button.value) delete chosen[button.dataset.reader];
    else chosen[button.dataset.reader] = button.value;
    showReader();
    try {
        localStorage.setItem("reader", JSON.stringify(chosen));
    } catch { // storage is switched off: on this page alone
    }
}

// What opens over the page: whoever goes on elsewhere is done with it.
function closeSubmenus(event) {
    document.querySelectorAll(".submenu[open], .reader[open]").forEach((submenu) => {
        if (event.type === "keydown") {
            if (event.key !== "Escape") return;
            if (submenu.contains(document.activeElement)) submenu.querySelector("summary").focus();
        } else if (submenu.contains(event.target)) return;
        submenu.open = false;
    });
}

// Buttons that do nothing without this file are hidden until it is there.
document.querySelectorAll("[data-share], [data-print], button[data-copy], .reader").forEach((button) => {
    if (button.dataset.share && !navigator.share) button.dataset.copy = button.dataset.share;
    button.hidden = false;
});
document.querySelectorAll("[data-suggest]").forEach(suggest);
document.querySelectorAll("[data-listen]").forEach(prepareListening);
prepareAlerts();
showReader();
document.addEventListener("submit", vote);
document.addEventListener("click", play);
document.addEventListener("click", copy);
document.addEventListener("click", share);
document.addEventListener("click", printPage);
document.addEventListener("click", closeAlert);
document.addEventListener("click", setReader);
for (const event of ["click", "focusin", "keydown"]) document.addEventListener(event, closeSubmenus);

if (document.body.dataset.live) {
    const quietly = (request) => request.catch(() => {}); // offline: try again later
    quietly(refresh(true));
    setInterval(() => {
        if (document.visibilityState !== "visible") return;
        quietly(refresh(false));
        quietly(refreshAlerts());
    }, REFRESH_EVERY);
}
