using System.Buffers;
using Maas.Images.FileTrees;

namespace Maas.Images.Iso;

/// <summary>
/// A symbolic link's target, gathered from SL fields: components of
/// <code>0 flags (01 goes on in the next, 02 ".", 04 "..", 08 "/")  1 length  2 text</code>
/// </summary>
internal sealed class RockRidgeLink
{
    private readonly ArrayBufferWriter<byte> _target = new();
    private bool _any;
    private bool _componentGoesOn;

    public string? Target => _any ? FileName.Decode(_target.WrittenSpan) : null;

    public void Add(ReadOnlySpan<byte> field, long offset)
    {
        _any = true;
        for (var rest = field[Math.Min(5, field.Length)..]; rest.Length >= 2;)
        {
            int length = rest[1];
            if (2 + length > rest.Length) throw new InvalidImageException("Rock Ridge SL field", "a component is longer than the field", offset);
            AddComponent(rest[0], rest.Slice(2, length), offset);
            rest = rest[(2 + length)..];
        }
    }

    private void AddComponent(byte flags, ReadOnlySpan<byte> text, long offset)
    {
        var needsSlash = !_componentGoesOn && _target.WrittenSpan is [.., not (byte)'/'];
        if (needsSlash) RockRidge.Append(_target, "/"u8, offset);
        RockRidge.Append(_target, (flags & 0x0E) switch
        {
            0x02 => "."u8,
            0x04 => ".."u8,
            0x08 => "/"u8,
            _ => text,
        }, offset);
        _componentGoesOn = (flags & 0x01) != 0;
    }
}
