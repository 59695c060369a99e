// Building the page: elements from values. Texts only ever become text nodes and attributes.
const dom = (() => {
  const SVG = 'http://www.w3.org/2000/svg';

  // A phrase in the language of the page, with `{name}` filled in.
  const t = (key, values = {}) => data.words[key]
    .replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

  function set(element, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name === 'on') {
      for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    } else if (name === 'key') {
      element.dataset.key = value;
    } else if (name === 'value') {
      element.value = value;
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }

  const flat = (children) => children.flat(Infinity).filter((one) => one !== null && one !== '');

  // An element: h('p', {class: 'note', on: {click: act}}, 'text', other, [more]). `key` names a
  // control, so that it keeps focus, value and whether it is open when the page is drawn again.
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    element.append(...flat(children));
    for (const [name, value] of Object.entries(attributes || {})) set(element, name, value);
    return element;
  }

  const SHAPES = {
    planned: [],
    pulled: [['path', {d: 'M12 12V3a9 9 0 0 1 9 9z', class: 'fill'}]],
    connected: [['path', {d: 'M12 3a9 9 0 0 1 0 18z', class: 'fill'}]],
    tested: [['circle', {cx: 12, cy: 12, r: 9, class: 'fill'}],
      ['path', {d: 'M7 12.5l3.5 3.5L17 9', class: 'check'}]],
  };

  // The sign of a step; it says nothing to screen readers, words stand beside it.
  function sign(step) {
    const svg = document.createElementNS(SVG, 'svg');
    const shapes = [['circle', {cx: 12, cy: 12, r: 9, class: 'ring'}], ...SHAPES[step]];
    for (const [tag, attributes] of shapes) {
      const shape = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
      svg.append(shape);
    }
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('class', `sign ${step}`);
    svg.setAttribute('aria-hidden', 'true');
    return svg;
  }

  const controls = (pane) => [...pane.querySelectorAll('[data-key]')];
  const property = (one) => {
    if (one.matches('details')) return 'open';
    return one.matches('input[type=checkbox]') ? 'checked' : 'value';
  };
  // What controls were drawn with: what differs from it was done by a person since.
  const drawn = new WeakMap();

  // What would be lost by drawing a pane again: focus, what was typed, what was opened.
  function remembered(pane) {
    const all = controls(pane);
    const touched = all.filter((one) => drawn.has(one) && drawn.get(one) !== one[property(one)]);
    const at = all.findIndex((one) => one === document.activeElement);
    return {
      at, focus: at < 0 ? null : all[at].dataset.key,
      values: new Map(touched.map((one) => [one.dataset.key, one[property(one)]])),
    };
  }

  function recall(all, {at, focus, values}) {
    for (const one of all) {
      if (!values.has(one.dataset.key)) continue;
      one[property(one)] = values.get(one.dataset.key);
      if (one.matches('select')) one.dispatchEvent(new Event('change'));
    }
    if (at < 0) return;
    // What had the focus may be gone: then what now stands in its place has it.
    const same = all.find((one) => one.dataset.key === focus);
    (same || all[Math.min(at, all.length - 1)])?.focus();
  }

  // Draws a pane; drawn `again`, its controls stay as people left them.
  function draw(pane, nodes, again) {
    const before = again ? remembered(pane) : null;
    pane.replaceChildren(...flat([nodes]));
    const all = controls(pane);
    for (const one of all) drawn.set(one, one[property(one)]);
    if (before) recall(all, before);
  }

  const when = (at) => t('time', {day: at.slice(0, 10), time: at.slice(11, 16)});
  const grouped = new Intl.NumberFormat(document.documentElement.lang);
  const number = (value) => grouped.format(value);

  // Where the columns of a grid that wraps put the element above or below this one.
  function beside(all, from, down) {
    const {left, top} = from.getBoundingClientRect();
    const rows = all.map((one) => ({one, box: one.getBoundingClientRect()}))
      .filter(({box}) => (down ? box.top > top + 1 : box.top < top - 1));
    rows.sort((a, b) => (down ? a.box.top - b.box.top : b.box.top - a.box.top) ||
      Math.abs(a.box.left - left) - Math.abs(b.box.left - left));
    return rows.length ? rows[0].one : null;
  }

  // Arrow keys, Home and End among the elements of a container that match a selector.
  function arrows(container, selector, {grid = false, before = null} = {}) {
    container.addEventListener('keydown', (event) => {
      const all = [...container.querySelectorAll(selector)];
      const at = all.indexOf(event.target);
      if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
      const from = all[at];
      const target = {
        ArrowDown: () => (grid ? beside(all, from, true) : all[at + 1]),
        ArrowUp: () => (grid ? beside(all, from, false) : all[at - 1] || before),
        ArrowRight: () => (grid ? all[at + 1] : null),
        ArrowLeft: () => (grid ? all[at - 1] : null),
        Home: () => all[0],
        End: () => all[all.length - 1],
      }[event.key];
      const next = target && target();
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  }

  return Object.freeze({t, h, sign, draw, when, number, arrows});
})();
const {t, h, sign, when} = dom;
