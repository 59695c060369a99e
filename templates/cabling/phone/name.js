// Who works with this page: asked once, before the first mark.
const person = (() => {
  const field = h('input', {
    id: 'name', name: 'name', type: 'text', required: true, autocomplete: 'name',
    maxlength: marks.NAME_CHARS, 'aria-describedby': 'name-why name-problem',
  });
  const problem = h('p', {id: 'name-problem', class: 'problem', role: 'alert'});
  const form = h('form', {method: 'dialog', novalidate: true, on: {submit: check}},
    h('h2', {id: 'name-title'}, t('name_title')),
    h('p', {id: 'name-why'}, t('name_why')),
    h('label', {for: 'name'}, t('name_label')), field, problem,
    h('div', {class: 'buttons'},
      h('button', {type: 'submit', value: 'ok', class: 'primary'}, t('save')),
      h('button', {type: 'submit', value: ''}, t('cancel'))));
  const dialog = h('dialog', {id: 'name-dialog', 'aria-labelledby': 'name-title'}, form);

  const given = () => marks.cleaned(field.value, marks.NAME_CHARS);

  function wrong(found) {
    field.setAttribute('aria-invalid', String(found));
    problem.textContent = found ? t('name_missing') : '';
  }

  // A name of blanks is none: the question stays until there is one, or nobody wants to answer.
  function check(event) {
    const missing = event.submitter?.value !== '' && given() === '';
    wrong(missing);
    if (!missing) return;
    event.preventDefault();
    field.focus();
  }

  // Asks for the name and answers with it, or with '' when nobody gave one.
  function change() {
    return new Promise((answer) => {
      field.value = store.name;
      wrong(false);
      dialog.returnValue = '';
      dialog.addEventListener('close', () => {
        answer(dialog.returnValue === 'ok' ? store.setName(given()) : '');
      }, {once: true});
      dialog.showModal();
      field.focus();
    });
  }

  const ask = () => (store.name ? Promise.resolve(store.name) : change());

  return Object.freeze({ask, change, dialog});
})();
