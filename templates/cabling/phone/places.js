// How far the work is: by wave and by rack, and what stands in a rack.
const places = (() => {
  const listed = (wanted) => () => {
    list.show(wanted);
    window.location.hash = '#/';
  };

  function line(name, cables, go) {
    const {all, done} = state.progress(cables);
    const cell = (count) => h('td', {}, dom.number(count));
    return h('tr', {},
      h('th', {scope: 'row'}, go), cell(all), done.map(cell));
  }

  function table(title, rows) {
    return h('div', {class: 'scroll'}, h('table', {},
      h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, title), h('th', {scope: 'col'}, t('cables')),
        marks.STEPS.map((step) => h('th', {scope: 'col'}, t(step))))),
      h('tbody', {}, rows)));
  }

  const cablesAt = (rack) => [...new Set(
    rack.devices.flatMap(({plugs}) => plugs.map(({cable}) => cable)))];

  function byWave() {
    const of = new Map(data.waves.map((wave) => [wave, []]));
    for (const cable of data.cables) of.get(cable.wave)?.push(cable);
    return [...of].map(([wave, cables]) => line(wave, cables,
      h('button', {type: 'button', class: 'link', on: {click: listed({wave})}}, wave)));
  }

  const link = (kind, name) => h('a', {href: `#/${kind}/${encodeURIComponent(name)}`}, name);

  const byRack = () => [...data.racks].sort((one, other) => data.natural.compare(one.name, other.name))
    .map((rack) => line(rack.name, cablesAt(rack), link('rack', rack.name)));

  const ofDevice = (device) => [...new Set(device.plugs.map(({cable}) => cable))];

  const byDevice = () => [...data.devices]
    .sort((one, other) => data.natural.compare(one.name, other.name))
    .map((device) => line(device.name, ofDevice(device), link('device', device.name)));

  function view() {
    return h('article', {'aria-labelledby': 'detail-title'},
      h('h2', {id: 'detail-title', tabindex: '-1'}, t('progress')),
      h('div', {class: 'meters'}, list.metersOf(data.cables)),
      h('h3', {}, t('waves')), table(t('wave'), byWave()),
      h('h3', {}, t(data.racks.length ? 'racks' : 'devices')),
      data.racks.length ? table(t('rack'), byRack()) : table(t('device'), byDevice()));
  }

  function deviceRow(device) {
    const cables = ofDevice(device);
    const {all, done} = state.progress(cables);
    const counts = marks.STEPS.map((step, at) => h('span', {class: 'count'}, sign(step),
      h('span', {class: 'hidden'}, `${t(step)} `), t('of', {n: done[at], m: all})));
    return h('li', {class: 'in-rack'},
      h('a', {href: `#/device/${encodeURIComponent(device.name)}`},
        h('span', {class: 'unit'}, device.topU ? `U${device.topU}` : '–'),
        h('span', {class: 'box'}, h('b', {}, device.name), h('span', {class: 'small'}, ` ${device.model}`),
          h('span', {class: 'line small'}, counts))));
  }

  function rack(one) {
    const items = h('ul', {class: 'rack'}, one.devices.map(deviceRow));
    dom.arrows(items, 'a');
    return h('article', {'aria-labelledby': 'detail-title'},
      h('h2', {id: 'detail-title', tabindex: '-1'}, t('rack_n', {rack: one.name})),
      h('p', {class: 'where'}, [one.row ? t('row_n', {row: one.row}) : '',
        one.units ? t('units_n', {n: one.units}) : ''].filter(Boolean).join(' · ')),
      one.whole ? null : h('p', {class: 'alert'}, t('rack_partly')),
      h('div', {class: 'meters'}, list.metersOf(cablesAt(one))),
      h('p', {}, h('button', {type: 'button', class: 'wide', on: {click: listed({rack: one.name})}},
        t('list_cables'))),
      items);
  }

  return Object.freeze({view, rack});
})();
