// Handing marks in and taking those of others: files in both directions.
const exchange = (() => {
  const TYPE = 'application/json';
  const MOST_BYTES = 64 * 1024 * 1024;
  let report = [];

  const safe = (text) => text.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '') || 'marks';

  function fileName(at) {
    return `${data.cluster}-${safe(store.name)}-${at.replace(/\D/g, '').slice(0, 12)}.json`;
  }

  const content = () => marks.written(data.cluster, data.revision, store.handedIn());

  const handed = (at) => {
    store.setExported(at);
    actions.say(t('exported', {n: dom.number(store.handedIn().length)}));
  };

  async function download() {
    if ((await person.ask()) === '') return;
    const at = actions.now();
    const url = URL.createObjectURL(new Blob([content()], {type: TYPE}));
    const link = h('a', {href: url, download: fileName(at), hidden: true});
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    handed(at);
  }

  // A file for the share sheet; browsers that do not share JSON may share it as text.
  function shareable(name, text) {
    const files = [TYPE, 'text/plain'].map((type) => new File([text], name, {type}));
    return files.find((file) => navigator.canShare?.({files: [file]})) || null;
  }

  async function share() {
    if ((await person.ask()) === '') return;
    const at = actions.now();
    const file = shareable(fileName(at), content());
    try {
      await navigator.share({files: [file], title: file.name});
    } catch (error) {
      if (error.name !== 'AbortError') actions.say(t('share_failed'));
      return;
    }
    handed(at);
  }

  async function take(file) {
    if (file.size > MOST_BYTES) return {file: file.name, problem: t('import_large')};
    try {
      const {marks: sound, faults} = marks.read(await file.text(), data.cluster);
      const fresh = store.add(sound);
      return {file: file.name, fresh, known: sound.length - fresh, faults};
    } catch (error) {
      return {file: file.name, problem: data.words[error.message] ? t(error.message) : t('import_unread')};
    }
  }

  function told({file, problem, fresh, known, faults}) {
    if (problem) return h('li', {class: 'bad'}, h('b', {}, file), ` ${problem}`);
    const refused = Object.entries(faults);
    return h('li', {}, h('b', {}, file), ` ${t('imported', {fresh, known})}`,
      refused.length ? h('span', {class: 'bad'}, ` ${t('refused', {
        n: refused.reduce((sum, [, n]) => sum + n, 0), what: refused.map(([what]) => what).join(', '),
      })}`) : null);
  }

  async function receive(files) {
    const found = [];
    for (const file of files) found.push(await take(file));
    report = found;
    const fresh = found.reduce((sum, one) => sum + (one.fresh || 0), 0);
    const open = conflicts.count();
    actions.say([t('import_done', {n: dom.number(fresh)}),
      open ? t('import_open', {n: dom.number(open)}) : ''].filter(Boolean).join(' '));
    app.show(true);
  }

  function importer() {
    const field = h('input', {
      id: 'files', type: 'file', multiple: true, accept: '.json,.txt,application/json,text/plain',
      on: {change: () => receive([...field.files])},
    });
    return [h('label', {for: 'files', class: 'file'}, t('import_choose')), field];
  }

  function exporter() {
    const sharing = shareable('marks.json', '{}');
    return h('div', {class: 'buttons'},
      h('button', {type: 'button', class: 'primary', key: 'export', on: {click: download}}, t('export')),
      sharing ? h('button', {type: 'button', key: 'share', on: {click: share}}, t('share')) : null);
  }

  function whoAmI() {
    return h('p', {}, store.name ? t('name_is', {name: store.name}) : t('name_none'), ' ',
      h('button', {type: 'button', key: 'name', on: {click: () => person.change().then(() => app.show(true))}},
        t(store.name ? 'name_change' : 'name_give')));
  }

  function view() {
    const {length} = store.handedIn();
    const open = conflicts.count();
    return h('article', {'aria-labelledby': 'detail-title'},
      h('h2', {id: 'detail-title', tabindex: '-1'}, t('marks')),
      store.kept ? null : h('p', {class: 'alert'}, t('storage_none')),
      whoAmI(),
      h('section', {'aria-labelledby': 'export-title'}, h('h3', {id: 'export-title'}, t('export_title')),
        h('p', {}, t('export_why', {n: dom.number(length)})),
        h('p', {class: 'quiet'}, store.exported
          ? t('export_last', {at: when(store.exported), n: dom.number(store.sinceExport())})
          : t('export_never', {n: dom.number(store.sinceExport())})),
        exporter()),
      h('section', {'aria-labelledby': 'import-title'}, h('h3', {id: 'import-title'}, t('import_title')),
        h('p', {}, t('import_why')), importer(),
        report.length ? h('ul', {class: 'said'}, report.map(told)) : null),
      h('p', {}, h('a', {href: '#/conflicts', class: 'alone'}, t('conflicts_n', {n: open}))));
  }

  return Object.freeze({view});
})();
