using System.Buffers.Binary;
using System.Text;
using Maas.Core.Events;

namespace Maas.Core.Scripts;

/// <summary>
/// Replaces a machine's secrets in what its scripts printed by an ellipsis. A stream may end in the middle of a secret, and the combined
/// stream may have a piece of the other stream in the middle of one: so pieces of eight bytes are recognised, too. Secrets of fewer than
/// six bytes are words that occur anywhere, and are left.
/// </summary>
internal sealed class OutputRedaction
{
    private const int ShortestSecret = 6;
    private const int ShortestTail = 4;
    private const int Window = sizeof(ulong);

    private readonly List<byte[]> _secrets;
    private readonly HashSet<ulong> _pieces = [];

    /// <param name="secrets">What must not be stored; those that are too short are passed over.</param>
    public OutputRedaction(IEnumerable<string> secrets)
    {
        _secrets =
        [
            .. secrets.Where(secret => secret.Length > 0).Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)
                .Where(secret => secret.Length >= ShortestSecret),
        ];
        foreach (var secret in _secrets)
            for (var at = 0; at + Window <= secret.Length; at++)
                _pieces.Add(BinaryPrimitives.ReadUInt64LittleEndian(secret.AsSpan(at)));
    }

    /// <summary>The output without secrets.</summary>
    public ScriptOutput Apply(ScriptOutput output)
    {
        ReadOnlyMemory<byte> standard = Apply(output.StandardOutput), error = Apply(output.StandardError);
        return new ScriptOutput(IsTorn(output) ? Join(standard, error) : Apply(output.Combined), standard, error)
        {
            Report = Apply(output.Report),
        };
    }

    // A secret is whole in its own stream, and not in the combined one.
    private bool IsTorn(ScriptOutput output) => !output.Combined.IsEmpty && _secrets.Exists(secret =>
        output.StandardOutput.Span.Count(secret) + output.StandardError.Span.Count(secret) > output.Combined.Span.Count(secret));

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) =>
        (byte[])[.. first.Span, .. second.Span];

    private ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> bytes)
    {
        var text = bytes.Span;
        bool[]? hidden = null;
        for (var at = 0; _pieces.Count > 0 && at + Window <= text.Length; at++)
            if (_pieces.Contains(BinaryPrimitives.ReadUInt64LittleEndian(text[at..]))) Hide(at, Window, bytes.Length);
        foreach (var secret in _secrets)
        {
            if (secret.Length < Window)
                for (int at = 0, next; (next = text[at..].IndexOf(secret)) >= 0; at += next + secret.Length)
                    Hide(at + next, secret.Length, bytes.Length);
            for (var length = Math.Min(Window, secret.Length) - 1; length >= ShortestTail; length--)
                if (text.EndsWith(secret.AsSpan(0, length))) Hide(text.Length - length, length, bytes.Length);
        }

        foreach (var (from, to) in SecretRedaction.Find(text)) Hide(from, to - from, bytes.Length);
        return hidden is null ? bytes : Without(text, hidden);

        void Hide(int from, int length, int size) => (hidden ??= new bool[size]).AsSpan(from, length).Fill(true);
    }

    private static byte[] Without(ReadOnlySpan<byte> text, ReadOnlySpan<bool> hidden)
    {
        using var kept = new MemoryStream(text.Length);
        while (!text.IsEmpty)
        {
            var shown = hidden.IndexOf(true) is var at and >= 0 ? at : text.Length;
            kept.Write(text[..shown]);
            text = text[shown..];
            hidden = hidden[shown..];
            if (text.IsEmpty) break;
            kept.Write("…"u8);
            var next = hidden.IndexOf(false) is var end and >= 0 ? end : text.Length;
            text = text[next..];
            hidden = hidden[next..];
        }

        return kept.ToArray();
    }
}
