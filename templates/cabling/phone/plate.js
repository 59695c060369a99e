// The face plate of a device: every socket in the order of its cages.
const plate = (() => {
  const far = (cable, plug) => cable.plugs.filter((one) => one !== plug && one.device !== plug.device);

  // What a socket is, in words for those who do not see it.
  function spoken({socket, cable, plug}) {
    const other = far(cable, plug).map((one) => (
      one.waits ? `${list.end(one)} (${t('role_later')})` : list.end(one))).join(' + ');
    const flags = state.moved(cable) === null ? '' : `, ${t('redline')}`;
    return `${t('socket')} ${socket}: ${cable.id}, ${t('to')} ${other}, ${list.meaning(cable)}, ` +
      `${t(state.nameOf(cable))}${flags}`;
  }

  // A socket: a link to its cable, or what is to be there.
  function socket(one, here = false) {
    if (one.kind !== 'cable') {
      const text = t(one.kind);
      return h('span', {class: `socket ${one.kind}`, title: one.ports},
        h('span', {class: 'name'}, one.socket), h('span', {class: 'small'}, text));
    }
    const {cable} = one;
    const name = state.nameOf(cable);
    return h('a', {
      class: `socket ${data.chipOf(cable)}`, href: `#/cable/${encodeURIComponent(cable.id)}`,
      key: `socket:${one.socket}:${one.ports}`, 'aria-label': spoken(one), 'aria-current': here ? 'true' : null,
    },
    h('span', {class: 'name'}, one.socket === '' ? one.ports : one.socket),
    h('span', {class: 'line small'}, sign(name), h('span', {class: 'letters'}, cable.chip.letters)),
    h('span', {class: 'small'}, state.moved(cable) === null ? t(name) : `≠ ${t(name)}`));
  }

  // The letters of networks on a device; those of rails say what they are.
  function letters(device) {
    const found = new Map(device.plugs.map(({cable}) => [cable.chip, cable]));
    return [...found.values()].filter(({chip}) => chip.meaning !== 'means_rail')
      .map((cable) => h('li', {}, list.chip(cable),
        h('span', {'aria-hidden': 'true'}, list.meaning(cable))));
  }

  function legend(device) {
    return h('ul', {class: 'legend', 'aria-label': t('legend')},
      state.STEPS.map((step) => h('li', {}, sign(step), t(step))),
      h('li', {}, h('span', {class: 'swatch reserved'}), t('reserved')),
      h('li', {}, h('span', {class: 'swatch spare'}), t('spare')),
      letters(device));
  }

  function cages(device) {
    const all = data.plateOf(device);
    const wide = all.some(({sockets}) => sockets.length > 1);
    const grid = h('ol', {
      class: wide ? 'plate wide' : 'plate', 'aria-label': t('face_plate', {device: device.name}),
    }, all.map(({cage, sockets}) => h('li', {class: 'cage'},
        h('span', {class: 'cage-name'}, cage === '' ? t('cage_unknown') : t('cage_n', {cage})),
        h('span', {class: 'cage-sockets'}, sockets.map((one) => socket(one))))));
    // Tab goes to one socket, arrows lead on from there.
    const links = [...grid.querySelectorAll('a')];
    links.slice(1).forEach((link) => { link.tabIndex = -1; });
    grid.addEventListener('focusin', (event) => {
      links.forEach((link) => { link.tabIndex = link === event.target ? 0 : -1; });
    });
    dom.arrows(grid, 'a', {grid: true});
    return grid;
  }

  function facts(device) {
    const {rack, topU, height, model, role} = device;
    const unit = topU ? (height > 1 ? `U${topU - height + 1}-U${topU}` : `U${topU}`) : '';
    const words = [model, t(`role_${role}`)].filter(Boolean).join(' · ');
    return h('p', {class: 'where'},
      rack ? h('a', {class: 'at', href: `#/rack/${encodeURIComponent(rack.name)}`},
        h('span', {}, rack.name), unit === '' ? null : h('span', {class: 'unit'}, unit)) : null,
      h('span', {}, words));
  }

  function view(device) {
    const cables = [...new Set(device.plugs.map(({cable}) => cable))];
    return h('article', {'aria-labelledby': 'detail-title'},
      h('h2', {id: 'detail-title', tabindex: '-1'}, device.name),
      facts(device),
      device.whole ? null : h('p', {class: 'alert'}, t('device_partly')),
      h('div', {class: 'meters'}, list.metersOf(cables)),
      h('p', {}, h('button', {type: 'button', class: 'wide', on: {click: () => {
        list.show({query: device.name});
        window.location.hash = '#/';
      }}}, t('list_cables'))),
      legend(device), cages(device));
  }

  return Object.freeze({socket, view});
})();
