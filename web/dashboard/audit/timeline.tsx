import type { AuditEntry } from '../../../client/audit.ts';
import { fill, useFormats, useWords } from '../language.tsx';
import { dictionary } from './words.ts';

const bars = 48;
const width = 480;
const height = 96;

/** A histogram of the entries over the time that they span, with refused ones on top. */
export function Timeline({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const words = useWords(dictionary);
  const { moment } = useFormats();
  const times = entries.map(({ time }) => Date.parse(time));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (entries.length === 0) return null;
  const counts = Array.from({ length: bars }, () => ({ success: 0, refused: 0 }));
  for (const { time, outcome } of entries) {
    const position = last === first ? 1 : (Date.parse(time) - first) / (last - first);
    const count = counts[Math.min(bars - 1, Math.floor(position * bars))];
    if (count) count[outcome] += 1;
  }
  const most = Math.max(...counts.map(({ success, refused }) => success + refused));
  const label = fill(words.timeline, {
    count: String(entries.length),
    from: moment(new Date(first).toISOString()),
    to: moment(new Date(last).toISOString()),
    refused: String(entries.filter(({ outcome }) => outcome === 'refused').length),
  });
  const scale = (count: number) => (count / most) * height;
  return (
    <figure class="card">
      <svg
        class="timeline"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {counts.map(({ success, refused }, index) => {
          const bar = { x: (index * width) / bars + 1, width: width / bars - 2 };
          const top = height - scale(success);
          return (
            <g key={index}>
              <rect class="success" {...bar} y={top} height={scale(success)} />
              <rect class="refused" {...bar} y={top - scale(refused)} height={scale(refused)} />
            </g>
          );
        })}
      </svg>
      <figcaption class="note">{label}</figcaption>
    </figure>
  );
}
