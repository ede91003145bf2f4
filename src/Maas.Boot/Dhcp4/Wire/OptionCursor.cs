namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// Walks an area of options: the <c>options</c>, <c>file</c> or <c>sname</c> field, or an encapsulated space
/// (options 43, 82, 175). A missing END is forgiven, as every server does, and so is one stray octet in its place; a length that leads out
/// of the area is not.
/// <code>
///  Code   Len        Value
/// +------+------+------+------+---
/// |  c   |  n   |  v1  |  v2  | ...      RFC 2132 section 2; PAD (0) and END (255) have no length
/// +------+------+------+------+---
/// </code>
/// </summary>
internal ref struct OptionCursor(ReadOnlySpan<byte> area)
{
    private readonly ReadOnlySpan<byte> _area = area;
    private int _at;

    public byte Code { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether the walk ended at an option that does not fit the area.</summary>
    public bool Failed { get; private set; }

    public bool MoveNext()
    {
        while (_at < _area.Length && _area[_at] == (byte)DhcpOptionCode.Pad) _at++;
        if (_at >= _area.Length || _area[_at] == (byte)DhcpOptionCode.End) return false;
        if (_at + 1 == _area.Length) return false;
        if (_at + 2 + _area[_at + 1] > _area.Length)
        {
            Failed = true;
            return false;
        }

        Code = _area[_at];
        Value = _area.Slice(_at + 2, _area[_at + 1]);
        _at += 2 + Value.Length;
        return true;
    }
}
