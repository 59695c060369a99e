// The list of cables: search, filters, how far they are, and one button for the next step of each.
const list = (() => {
  const PAGE = 24;
  const filters = {rack: '', rail: '', wave: '', network: '', status: ''};
  let query = '';
  let shown = PAGE;
  let current = null;

  const STATUS = {
    planned: (cable) => state.of(cable).step === 0,
    pulled: (cable) => state.of(cable).step === 1,
    connected: (cable) => state.of(cable).step === 2,
    tested: (cable) => state.of(cable).step === 3,
    decide: (cable) => state.of(cable).conflicts.length + state.of(cable).stale.length > 0,
    redlined: (cable) => state.moved(cable) !== null || state.of(cable).length !== null,
    remarked: (cable) => Boolean(state.of(cable).remark),
  };

  const FITS = {
    rack: (cable, name) => cable.plugs.some(({device}) => device.rack?.name === name),
    rail: (cable, rail) => cable.rail === Number(rail),
    wave: (cable, wave) => cable.wave === wave,
    network: (cable, network) => cable.network === network,
    status: (cable, status) => STATUS[status](cable),
  };

  function filtered() {
    const set = Object.entries(filters).filter(([, value]) => value !== '');
    return data.cables.filter((cable) => set.every(([key, value]) => FITS[key](cable, value)));
  }

  const input = h('input', {
    id: 'q', type: 'search', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false',
    enterkeyhint: 'search', placeholder: t('search_hint'), 'aria-describedby': 'results',
  });
  const form = h('form', {role: 'search', class: 'search'},
    h('label', {for: 'q'}, t('search')), h('div', {class: 'searchbox'}, input));
  const results = h('p', {id: 'results', role: 'status', 'aria-live': 'polite'});
  const nothing = h('div', {id: 'nothing'});
  const meters = h('div', {class: 'meters'});
  const places = h('div', {class: 'hits'});
  const rows = h('ul', {class: 'cables'});
  const more = h('button', {type: 'button', class: 'wide', on: {click: () => showMore()}}, t('more'));
  const filterBox = h('details', {class: 'filters'});

  function select(name, label, choices) {
    const field = h('select', {id: `filter-${name}`, on: {change: () => setFilter(name, field.value)}},
      h('option', {value: ''}, t('any')),
      choices.map(([value, text]) => h('option', {value}, text)));
    return h('div', {class: 'field'}, h('label', {for: `filter-${name}`}, label), field);
  }

  const named = (values) => values.map((value) => [value, value]);

  function drawFilters() {
    const reset = h('button', {type: 'button', class: 'wide', on: {click: () => clear()}}, t('filters_clear'));
    filterBox.append(h('summary', {}, h('span', {id: 'filters-say'})), h('div', {class: 'fields'},
      data.racks.length ? select('rack', t('rack'), named(data.racks.map(({name}) => name))) : null,
      select('wave', t('wave'), named(data.waves)),
      data.rails.length ? select('rail', t('rail'), named(data.rails)) : null,
      select('network', t('network'), data.networks.map((one) => [one, t(one)])),
      select('status', t('status'), Object.keys(STATUS).map((one) => [one, t(`status_${one}`)])),
      reset));
  }

  function setFilter(name, value) {
    filters[name] = value;
    shown = PAGE;
    draw();
  }

  function sayFilters() {
    const set = Object.entries(filters).filter(([, value]) => value !== '');
    for (const [name, value] of Object.entries(filters)) {
      const field = document.getElementById(`filter-${name}`);
      if (field) field.value = value;
    }
    const said = set.map(([name]) => document.getElementById(`filter-${name}`)?.selectedOptions[0].text);
    document.getElementById('filters-say').textContent =
      set.length ? t('filters_set', {filters: said.join(' · ')}) : t('filters');
  }

  // Shows the cables of a rack or a wave, or those a text finds.
  function show(wanted) {
    for (const name of Object.keys(filters)) filters[name] = wanted[name] ?? '';
    query = input.value = wanted.query ?? '';
    shown = PAGE;
    draw();
  }

  const clear = () => show({query});

  function showMore() {
    const first = shown;
    shown += PAGE;
    draw();
    rows.children[first]?.querySelector('a').focus();
  }

  const bar = (step, done, all) => h('div', {class: 'meter'},
    h('span', {class: 'meter-name'}, sign(step), t(step)),
    h('progress', {max: Math.max(all, 1), value: done, 'aria-label': t(step)}),
    h('span', {class: 'meter-count'}, t('of', {n: dom.number(done), m: dom.number(all)})));

  // How far some cables are, as three bars.
  function metersOf(cables) {
    const {all, done} = state.progress(cables);
    return marks.STEPS.map((step, at) => bar(step, done[at], all));
  }

  const end = ({device, socket}) => [device.name, socket].filter(Boolean).join(' ');
  const place = ({device}) => (device.rack
    ? [device.rack.name, device.topU ? `U${device.topU}` : ''].filter(Boolean).join(' ') : '');

  // What the colour of a cable means, and the letters on it, in words.
  function meaning({chip: {meaning: key}, rail, plane}) {
    const said = t(key, {rail});
    return key === 'means_rail' && plane !== null ? t('rail_plane', {rail: said, plane}) : said;
  }

  const chip = (cable) => h('span', {class: `chip ${data.chipOf(cable)}`, title: meaning(cable)},
    h('span', {'aria-hidden': 'true'}, cable.chip.letters),
    h('span', {class: 'hidden'}, meaning(cable)));

  const flags = (cable) => {
    const {conflicts: wrong, stale, length} = state.of(cable);
    return [
      wrong.length ? h('span', {class: 'flag bad'}, `! ${t('conflict')}`) : null,
      stale.length ? h('span', {class: 'flag bad'}, `! ${t('stale')}`) : null,
      state.moved(cable) !== null || length !== null ? h('span', {class: 'flag'}, `≠ ${t('redline')}`) : null,
    ];
  };

  const status = (cable) => {
    const name = state.nameOf(cable);
    return h('span', {class: `status ${name}`}, sign(name), t(name));
  };

  function stepButton(cable) {
    const next = marks.STEPS[state.of(cable).step];
    if (!next) return h('span', {class: 'step done'}, sign('tested'), h('span', {class: 'hidden'}, t('tested')));
    return h('button', {
      type: 'button', class: 'step', key: `step:${cable.id}`,
      'aria-label': t('tick_named', {step: t(next), cable: cable.id}),
      on: {click: () => actions.tick(cable, next, true)},
    }, sign(next), t(`tick_${next}`));
  }

  const later = ({waits}) => (waits ? h('span', {class: 'flag'}, t('role_later')) : null);

  const endLine = (plug) => [[place(plug), end(plug)].filter(Boolean).join(' · '), ' ', later(plug)];

  const ends = (cable) => [
    cable.lower.map((plug) => h('span', {}, endLine(plug))),
    h('span', {}, h('span', {'aria-hidden': 'true'}, '→ '), h('span', {class: 'hidden'}, t('to'), ' '),
      endLine(cable.upper)),
  ];

  function row(cable) {
    return h('li', {class: `cable ${data.chipOf(cable)}`},
      h('a', {
        href: `#/cable/${encodeURIComponent(cable.id)}`, key: `row:${cable.id}`,
        'aria-current': cable.id === current ? 'true' : null,
      },
      h('span', {class: 'line'}, h('span', {class: 'id'}, cable.id), chip(cable)),
      h('span', {class: 'ends'}, ends(cable)),
      h('span', {class: 'line small'}, status(cable), h('span', {}, t('metres', {n: cable.length})),
        flags(cable))),
      stepButton(cable));
  }

  const hit = (href, text, said) => h('a', {href, class: 'hit'}, h('b', {}, text), ` ${said}`);

  function hits(found) {
    if (query.trim() === '') return [];
    return [
      ...found.racks.slice(0, 3).map((rack) => (
        hit(`#/rack/${encodeURIComponent(rack.name)}`, rack.name, t('open_rack')))),
      ...found.devices.slice(0, 3).map((device) => (
        hit(`#/device/${encodeURIComponent(device.name)}`, device.name, t('open_device')))),
    ];
  }

  // What can be typed, for those whose words fit no cable.
  function advice(found) {
    if (found.cables.length || query.trim() === '') return [];
    const filtering = Object.values(filters).some((value) => value !== '');
    return [filtering ? h('p', {}, t('nothing_filtered')) : null, h('p', {}, t('help_search'))];
  }

  function draw() {
    const found = search.find(query, filtered());
    const {cables} = found;
    const said = t('results', {n: dom.number(cables.length), m: dom.number(data.cables.length)});
    if (results.textContent !== said) results.textContent = said;
    sayFilters();
    dom.draw(meters, cables.length ? metersOf(cables) : [], false);
    dom.draw(nothing, advice(found), false);
    dom.draw(places, hits(found), false);
    dom.draw(rows, cables.slice(0, shown).map(row), true);
    more.hidden = cables.length <= shown;
  }

  // Marks the cable that is open beside the list.
  function point(id) {
    current = id;
    for (const link of rows.querySelectorAll('a')) {
      if (link.dataset.key === `row:${id}`) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  // Opens the cable that a scanned or typed text names, or the only one it finds.
  function open(text) {
    const exact = search.exact(text);
    const {cables} = exact ? {cables: [exact]} : search.find(text, filtered());
    if (cables.length !== 1) return false;
    const hash = `#/cable/${encodeURIComponent(cables[0].id)}`;
    if (window.location.hash === hash) app.show(false);
    else window.location.hash = hash;
    return true;
  }

  input.addEventListener('input', () => {
    query = input.value;
    shown = PAGE;
    draw();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    // A scanner types into what is selected: the next code replaces this one.
    input.select();
    if (!open(input.value)) rows.querySelector('a')?.focus();
  });
  input.addEventListener('keydown', (event) => {
    const first = places.querySelector('a') || rows.querySelector('a');
    if (event.key === 'ArrowDown' && first) {
      event.preventDefault();
      first.focus();
    }
  });

  const pane = h('section', {id: 'list', 'aria-labelledby': 'list-title', class: 'pane'},
    h('h2', {id: 'list-title', class: 'hidden', tabindex: '-1'}, t('cables')),
    form, filterBox, results, nothing, meters, places, rows, more);
  drawFilters();
  dom.arrows(pane, '.hit, .cable > a', {before: input});

  return Object.freeze({
    pane, input, draw, show, open, point, chip, meaning, status, flags, end, place, metersOf, stepButton,
    searchbox: form.querySelector('.searchbox'),
  });
})();
