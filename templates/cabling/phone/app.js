// The whole page: its frame, which view is open, and keys that work everywhere.
const app = (() => {
  const TABS = [['', 'cables'], ['progress', 'progress'], ['marks', 'marks'],
    ['conflicts', 'conflicts'], ['help', 'help']];
  const detail = h('section', {id: 'detail', class: 'pane', 'aria-label': t('details')});
  const badge = h('span', {class: 'badge', hidden: true});
  const warning = h('p', {class: 'alert', role: 'status', hidden: true}, t('storage_none'));
  let first = true;

  const VIEWS = {
    cable: (name) => data.cable.has(name) && card.view(data.cable.get(name)),
    device: (name) => data.device.has(name) && plate.view(data.device.get(name)),
    rack: (name) => data.rack.has(name) && places.rack(data.rack.get(name)),
    progress: places.view, marks: exchange.view, conflicts: conflicts.view, help: help.view,
  };

  function route() {
    const [, kind = '', name = ''] = window.location.hash.split('/');
    try {
      return {kind, name: decodeURIComponent(name)};
    } catch {
      return {kind, name};
    }
  }

  const missing = (name) => h('article', {'aria-labelledby': 'detail-title'},
    h('h2', {id: 'detail-title', tabindex: '-1'}, t('missing')), h('p', {}, t('missing_why', {name})));

  function viewOf({kind, name}) {
    if (kind === '') return places.view();
    return (VIEWS[kind] && VIEWS[kind](name)) || missing(name || kind);
  }

  const back = () => h('a', {class: 'back', href: '#/'}, t('back'));

  function update() {
    const count = conflicts.count();
    badge.hidden = count === 0;
    badge.textContent = String(count);
    badge.setAttribute('aria-label', t('conflicts_n', {n: count}));
    warning.hidden = store.kept;
  }

  // Draws what the address names; drawn `again`, focus and what was typed stay.
  function show(again) {
    const now = route();
    document.body.dataset.pane = now.kind === '' ? 'list' : 'detail';
    for (const link of document.querySelectorAll('nav a')) {
      if (link.dataset.tab === now.kind) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    dom.draw(detail, [now.kind === '' ? null : back(), viewOf(now)], again);
    list.point(now.kind === 'cable' ? now.name : null);
    update();
    if (!again) arrive(now);
  }

  // After a change of view the reader's place is its heading; on the list, the search.
  function arrive({kind}) {
    if (!first) window.scrollTo(0, 0);
    detail.scrollTop = 0;
    if (kind === '') {
      if (!first || window.matchMedia('(pointer: fine)').matches) list.input.focus({preventScroll: true});
    } else {
      document.getElementById('detail-title').focus({preventScroll: true});
    }
    first = false;
  }

  const typing = () => document.activeElement?.matches('input, select, textarea');

  function keys(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') {
      if (route().kind !== '') window.location.hash = '#/';
      else list.input.focus();
    } else if (event.key === '/' && !typing()) {
      event.preventDefault();
      toSearch();
    } else if (/^[\p{L}\p{N}]$/u.test(event.key) && !typing()) {
      // A scanner that types, or a person who just begins to: the search takes it.
      toSearch();
    }
  }

  function toSearch() {
    document.body.dataset.pane = 'list';
    list.input.focus();
    list.input.select();
  }

  const tab = ([kind, word]) => h('a', {href: `#/${kind}`, 'data-tab': kind}, t(word),
    kind === 'conflicts' ? badge : null);

  function frame() {
    list.searchbox.append(scan.button);
    const revision = [t('revision'), data.revision, data.volume].filter(Boolean).join(' ');
    return [
      h('a', {class: 'skip', href: '#/', on: {click: (event) => {
        event.preventDefault();
        toSearch();
      }}}, t('skip')),
      h('header', {class: 'top'},
        h('h1', {}, data.cluster, ' ', h('small', {}, revision)),
        h('nav', {'aria-label': t('views')}, [TABS.map(tab)])),
      warning,
      h('main', {}, list.pane, detail),
      actions.toast, person.dialog, scan.dialog,
    ];
  }

  function start() {
    document.body.append(...frame());
    store.listen(() => {
      list.draw();
      show(true);
    });
    window.addEventListener('hashchange', () => {
      actions.hush();
      show(false);
    });
    document.addEventListener('keydown', keys);
    window.addEventListener('beforeunload', (event) => {
      if (!store.kept && store.sinceExport()) event.preventDefault();
    });
    list.draw();
    show(false);
    // What the first search needs is made while nobody waits for it.
    setTimeout(search.prepare, 100);
  }

  return Object.freeze({start, show});
})();
app.start();
