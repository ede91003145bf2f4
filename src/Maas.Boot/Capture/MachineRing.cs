namespace Maas.Boot.Capture;

/// <summary>The last datagrams of one machine, in one block of memory: the oldest make room for the newest.</summary>
internal sealed class MachineRing(int size)
{
    private readonly byte[] _octets = new byte[size];
    private readonly Queue<Entry> _entries = new();
    private int _next;

    public HardwareAddress? Hardware { get; set; }

    /// <summary>The address it was last seen with; 0 for none.</summary>
    public UInt128 Address { get; set; }

    public void Add(in RingPacket packet, ReadOnlySpan<byte> payload)
    {
        var kept = Math.Min(Math.Min(payload.Length, packet.Kept), _octets.Length);
        var room = Math.Max(kept, 1); // an empty one has a place too, or it would never be in the way
        var start = _next + room <= _octets.Length ? _next : 0; // a datagram lies in one piece
        if (start == 0 && _next != 0) Evict(_next, _octets.Length);
        Evict(start, start + room);
        payload[..kept].CopyTo(_octets.AsSpan(start));
        _entries.Enqueue(new Entry(packet, start, kept, payload.Length));
        _next = start + room;
    }

    public IEnumerable<CapturedPacket> Packets() => _entries.Select(ToPacket);

    public void Clear()
    {
        _entries.Clear();
        (_next, Hardware, Address) = (0, null, 0);
    }

    // The entries lie in the order of their age from _next on, around the end: those in the way are the oldest.
    private void Evict(int from, int to)
    {
        while (_entries.TryPeek(out var oldest) && oldest.Start < to && oldest.Start + Math.Max(oldest.Kept, 1) > from) _entries.Dequeue();
    }

    private CapturedPacket ToPacket(Entry entry)
    {
        var packet = entry.Packet;
        return new CapturedPacket(
            packet.At, packet.Source.ToIPEndPoint(), packet.Destination.ToIPEndPoint(), _octets.AsSpan(entry.Start, entry.Kept).ToArray())
        {
            Length = entry.Length,
            SourceHardware = packet.IsSent ? null : Hardware,
            DestinationHardware = packet.IsSent ? Hardware : null,
            Interface = packet.Interface,
            Comment = packet.Comment,
            IsSent = packet.IsSent,
        };
    }

    private readonly record struct Entry(RingPacket Packet, int Start, int Kept, int Length);
}
