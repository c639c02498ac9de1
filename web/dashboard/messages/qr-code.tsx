import { useLoad } from '../api.ts';
import { LoadedView } from '../ui/states.tsx';

/** Width of the quiet zone that readers need, in modules (ISO/IEC 18004). */
const border = 4;

/** A QR code. The page draws it itself, so the text is not sent anywhere. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const loaded = useLoad(async () => {
    const { default: encodeQR } = await import('qr');
    return encodeQR(text, 'raw', { border });
  }, [text]);
  return (
    <LoadedView loaded={loaded}>
      {(rows) => (
        <svg class="qr" viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label}>
          <path d={pathOf(rows)} />
        </svg>
      )}
    </LoadedView>
  );
}

/** Draws a square for each dark module. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
}
