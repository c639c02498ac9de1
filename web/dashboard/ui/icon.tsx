/** Strokes on a 24 × 24 grid. Icons only decorate text. */
const paths = {
  key: 'M12 8a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0Zm-1.3 3.2L20 20.5m-3.5-3.5 2.5-2.5',
  box: 'M4 8l8-4 8 4v8l-8 4-8-4Zm0 0 8 4 8-4m-8 4v8',
  play: 'M7 5l11 7-11 7Z',
  lock: 'M6 11h12v9H6Zm3 0V8a3 3 0 0 1 6 0v3',
  list: 'M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01',
  person: 'M15.5 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM5 20c0-4 3-6 7-6s7 2 7 6',
  people: 'M12 9a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM3 19c0-3 2-5 6-5s6 2 6 5M16 6a3 3 0 0 1 0 6m1 2c3 0 4 2 4 5',
  mail: 'M3 6h18v12H3Zm0 0 9 7 9-7',
  safe: 'M4 4h16v15H4Zm2 15v2m12-2v2M15 11.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0Zm-3-3V7',
  file: 'M6 3h8l4 4v14H6Zm8 0v4h4',
  back: 'M5 12a7 7 0 1 0 2-5L4.5 9.5M4.5 4.5v5h5',
  ticket: 'M4 7h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4Zm9 0v10',
  menu: 'M4 7h16M4 12h16M4 17h16',
  out: 'M14 5H6v14h8m-3-7h9m-3-3 3 3-3 3',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
