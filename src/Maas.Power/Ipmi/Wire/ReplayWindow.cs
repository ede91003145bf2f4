namespace Maas.Power.Ipmi.Wire;

/// <summary>
/// Which sequence numbers of a session have been seen (IPMI 2.0 section 6.12.13): a repeated datagram, or one that is far behind, is not
/// accepted twice. Zero is no sequence number of a session.
/// </summary>
internal struct ReplayWindow
{
    private const int Width = 32;

    private uint _highest;
    private ulong _seen;

    /// <summary>Whether a number is new; it is remembered.</summary>
    public bool TryAccept(uint sequence)
    {
        if (sequence == 0) return false;
        if (_highest == 0 || sequence > _highest)
        {
            var ahead = sequence - _highest;
            _seen = (_highest == 0 || ahead >= 64 ? 0 : _seen << (int)ahead) | 1;
            _highest = sequence;
            return true;
        }

        var behind = _highest - sequence;
        if (behind >= Width || (_seen >> (int)behind & 1) != 0) return false;
        _seen |= 1UL << (int)behind;
        return true;
    }
}
