// What the pages cannot do as plain HTML: renew themselves, follow the console, filter while typing, collapse, switch the theme.
// Every page also works without it; nothing here builds content of its own except the small messages.

const main = document.getElementById('main');
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- Bringing the page up to date -------------------------------------------------------------------------------------------
// The server renders the page anew; only what differs is touched, so that focus, scrolling, open menus and selections survive.

function morph(from, to) {
  if (from.isEqualNode(to) || from.hasAttribute?.('data-keep')) return;
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === 'open' && from.tagName === 'DETAILS')) from.removeAttribute(name);
  }
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) !== value && !(name === 'open' && from.tagName === 'DETAILS')) from.setAttribute(name, value);
  }
  if (from.tagName === 'INPUT' && from !== document.activeElement && from.type !== 'checkbox') from.value = to.value;
  morphChildren(from, to);
}

function morphChildren(from, to) {
  const known = new Map();
  for (const child of from.children) if (child.id) known.set(child.id, child);
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const same = wanted.id ? known.get(wanted.id) : at && !at.id && at.nodeType === wanted.nodeType && at.nodeName === wanted.nodeName ? at : null;
    if (!same) { from.insertBefore(wanted, at); continue; }
    if (same !== at) from.insertBefore(same, at); else at = at.nextSibling;
    if (same.nodeType === Node.ELEMENT_NODE) morph(same, wanted);
    else if (same.nodeValue !== wanted.nodeValue) same.nodeValue = wanted.nodeValue;
  }
  while (at) { const next = at.nextSibling; at.remove(); at = next; }
}

let asked = 0;
async function renew(url = location.href) {
  const mine = ++asked;
  const answer = await fetch(url, { headers: { accept: 'text/html' } }).catch(() => null);
  if (!answer || mine !== asked) return;
  if (answer.redirected && new URL(answer.url).pathname === '/login') { location.href = answer.url; return; }
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (mine !== asked) return;
  document.title = next.title;
  if (paused) for (const button of $$('[data-pause]', next)) { button.setAttribute('aria-pressed', 'true'); button.textContent = 'Resume'; }
  morph(main, next.getElementById('main'));
  collapse();
}

let paused = false;
let stale = false;

// Keeps a stream open while the page is looked at. A browser allows six connections to a host over all its tabs, so hidden tabs let theirs go.
function whileVisible(open) {
  let stream;
  let retry;
  const start = () => {
    clearTimeout(retry);
    if (document.hidden || stream) return;
    const mine = stream = open();
    mine.addEventListener('open', () => lost(false));
    mine.onerror = () => {
      mine.close();
      if (stream !== mine) return;
      stream = null;
      lost(true);
      retry = setTimeout(start, 2000);
    };
  };
  const stop = () => { clearTimeout(retry); stream?.close(); stream = null; };
  document.addEventListener('visibilitychange', () => document.hidden ? stop() : start());
  start();
  return { start, stop };
}

function lost(isLost) {
  document.getElementById('connection').hidden = !isLost;
}

const topic = document.body.dataset.live;
if (topic) {
  let isFirst = true;
  whileVisible(() => {
    const events = new EventSource('/live/' + topic);
    events.addEventListener('changed', () => { if (paused) stale = true; else renew(); });

    // After a break anything may have changed; after a restart of the AppHost this leads to the sign-in page.
    events.addEventListener('open', () => { if (!isFirst) { if (paused) stale = true; else renew(); } isFirst = false; });
    events.addEventListener('error', () => renew());
    return events;
  });
}

// Running times go on between two renewals.
setInterval(() => {
  for (const element of $$('[data-since]')) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(element.dataset.since)) / 1000));
    const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    element.textContent = d ? `${d} d ${h} h` : h ? `${h} h ${m} min` : m ? `${m} min ${s} s` : `${s} s`;
  }
}, 1000);

// --- Messages ---------------------------------------------------------------------------------------------------------------

let clearing;
function say(text) {
  const toast = document.getElementById('toast');
  const box = document.createElement('div');
  box.textContent = text;
  toast.replaceChildren(box);
  clearTimeout(clearing);
  clearing = setTimeout(() => toast.replaceChildren(), 6000);
}

// --- Filters: the address is the state --------------------------------------------------------------------------------------

let typing;
function filter(form) {
  const url = new URL(form.action || location.href);
  url.search = '';
  for (const [key, value] of new FormData(form)) if (value) url.searchParams.append(key, value);
  if (form.dataset.filters === 'reload') { location.href = url; return; }
  history.replaceState(null, '', url);
  renew();
}

document.addEventListener('input', event => {
  const form = event.target.form;
  if (!form?.matches('[data-filters]')) return;
  clearTimeout(typing);
  typing = setTimeout(() => filter(form), event.target.matches('input[type="search"], input[type="text"], input[type="number"]') ? (form.dataset.filters === 'reload' ? 700 : 300) : 0);
});

document.addEventListener('submit', async event => {
  const form = event.target;
  if (form.matches('[data-filters]')) { event.preventDefault(); clearTimeout(typing); filter(form); return; }
  if (!form.matches('[data-command]')) return;
  event.preventDefault();
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) return;
  form.closest('details.menu')?.removeAttribute('open');
  const name = form.querySelector('button').getAttribute('aria-label');
  say(`${name} …`);
  const answer = await fetch(form.action, { method: 'POST', headers: { accept: 'application/json' } }).catch(() => null);
  const outcome = answer ? await answer.json().catch(() => null) : null;
  say(outcome?.success ? `${name}: done` : `${name}: ${outcome?.message ?? 'failed'}`);
  renew();
});

// --- Clicks -----------------------------------------------------------------------------------------------------------------

document.addEventListener('click', async event => {
  const target = event.target.closest('button, a');
  if (!target) { for (const menu of $$('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false; return; }
  if (target.dataset.themeChoice) {
    const theme = target.dataset.themeChoice;
    document.documentElement.dataset.theme = theme;
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
    for (const button of $$('[data-theme-choice]')) button.setAttribute('aria-pressed', String(button === target));
  } else if (target.matches('[data-pause]')) {
    paused = !paused;
    target.setAttribute('aria-pressed', String(paused));
    target.textContent = paused ? 'Resume' : 'Pause';
    if (!paused && stale) { stale = false; renew(); }
  } else if (target.dataset.reveal) {
    const answer = await fetch(target.dataset.reveal).catch(() => null);
    if (answer?.ok) target.replaceWith(await answer.text());
  } else if (target.matches('.twist')) {
    toggle(target);
  } else if (target.tagName === 'A' && inPlace(target, event)) {
    event.preventDefault();
    history.pushState(null, '', target.href);
    await renew();
    if (target.closest('.list, .waterfall, .metrics') && matchMedia('(max-width: 60rem)').matches) document.getElementById('detail')?.scrollIntoView({ block: 'start' });
  }
});

// Links within the same page (details, paging, chips) keep the scroll position and whatever is open.
function inPlace(link, event) {
  return link.origin === location.origin && link.pathname === location.pathname && location.pathname !== '/consolelogs' && main.contains(link) && !link.hasAttribute('download')
    && !link.target && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
}

addEventListener('popstate', () => renew());

// --- Waterfall --------------------------------------------------------------------------------------------------------------

const folded = new Set();
function toggle(button) {
  const id = button.dataset.span;
  if (folded.has(id)) folded.delete(id); else folded.add(id);
  collapse();
}

function collapse() {
  let hiddenBelow = Infinity;
  for (const row of $$('.waterfall [data-depth]')) {
    const depth = Number(row.dataset.depth);
    if (depth <= hiddenBelow) hiddenBelow = Infinity;
    row.hidden = depth > hiddenBelow;
    const button = row.querySelector('.twist');
    if (!button) continue;
    const isFolded = folded.has(button.dataset.span);
    button.setAttribute('aria-expanded', String(!isFolded));
    if (isFolded && hiddenBelow === Infinity) hiddenBelow = depth;
  }
}

document.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    const menu = document.querySelector('details.menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); return; }
    if (!event.target.matches?.('input, select')) document.querySelector('[data-close]')?.click();
    return;
  }
  const row = event.target.closest?.('.waterfall [data-depth]');
  if (!row) return;
  const rows = $$('.waterfall [data-depth]').filter(r => !r.hidden);
  const to = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const twist = row.querySelector('.twist');
  if (to) { rows[rows.indexOf(row) + to]?.querySelector('a')?.focus(); event.preventDefault(); }
  else if (twist && event.key === 'ArrowRight' && folded.has(twist.dataset.span)) toggle(twist);
  else if (twist && event.key === 'ArrowLeft' && !folded.has(twist.dataset.span)) toggle(twist);
});

// --- Console ----------------------------------------------------------------------------------------------------------------

const view = document.getElementById('console');
if (view) {
  const most = Number(view.dataset.most);
  const state = document.getElementById('console-state');
  const pause = document.querySelector('[data-console-pause]');
  let after = Number(view.dataset.after);
  view.scrollTop = view.scrollHeight;

  // Opened anew after a break with the number of the last line: the browser by itself would ask with the old one and repeat lines.
  const following = whileVisible(() => {
    const url = new URL(view.dataset.stream, location.href);
    url.searchParams.set('after', after);
    const stream = new EventSource(url);
    stream.addEventListener('lines', event => {
      const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 40;
      view.insertAdjacentHTML('beforeend', JSON.parse(event.data));
      while (view.childElementCount > most) view.firstElementChild.remove();
      after = Number(view.lastElementChild.dataset.n);
      if (atEnd) view.scrollTop = view.scrollHeight;
      state.textContent = '';
    });
    stream.addEventListener('error', () => renew());
    return stream;
  });
  pause.addEventListener('click', () => {
    const stopped = pause.getAttribute('aria-pressed') === 'false';
    pause.setAttribute('aria-pressed', String(stopped));
    pause.textContent = stopped ? 'Resume' : 'Pause';
    if (stopped) following.stop(); else following.start();
  });
}

collapse();
document.documentElement.dataset.ready = 'true';
