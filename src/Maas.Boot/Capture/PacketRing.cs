using System.ComponentModel;

namespace Maas.Boot.Capture;

/// <summary>
/// The last datagrams of each machine that the servers took and sent, in memory of a fixed size, to be written as a capture when an
/// operator asks why a machine did not boot. Set it in the servers' options.
/// </summary>
/// <remarks>
/// A machine is known by its hardware address, and by the address that DHCP last saw with it: what it fetches by TFTP from there is in
/// its ring too. Clients that no DHCP was seen of are known by their address alone. When there are more machines than places, the one heard
/// last longest ago loses its own; so other hosts can displace machines, but never beyond the memory. Of a file's blocks only the beginning
/// is kept. Safe for use from several threads.
/// </remarks>
/// <example>
/// <code>
/// var ring = new PacketRing();
/// var server = new BootServer(new BootServerOptions { Capture = ring }, new BootServices { Policy = policy, Files = files });
/// // later
/// await PcapngWriter.WriteAsync(output, ring.Packets(HardwareAddress.Parse("52:54:00:12:34:56")));
/// </code>
/// </example>
[TypeConverter(typeof(SetInCodeTypeConverter))]
public sealed class PacketRing
{
    /// <summary>How much is kept of a block of a file.</summary>
    internal const int KeptOfBlock = 64;

    private readonly Lock _lock = new();
    private readonly LinkedList<MachineRing> _byAge = new(); // the first was heard last
    private readonly Dictionary<HardwareAddress, LinkedListNode<MachineRing>> _byHardware = [];
    private readonly Dictionary<UInt128, LinkedListNode<MachineRing>> _byAddress = [];

    /// <summary>Makes a ring.</summary>
    /// <param name="bytesPerMachine">Octets of datagrams kept of a machine; 64 KiB unless told otherwise, which is a whole PXE boot. At
    /// least 4096.</param>
    /// <param name="machines">How many machines are kept; 256 unless told otherwise. At least 1.</param>
    public PacketRing(int bytesPerMachine = 1 << 16, int machines = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerMachine, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(machines, 1);
        (BytesPerMachine, MostMachines) = (bytesPerMachine, machines);
    }

    /// <summary>Octets of datagrams kept of a machine.</summary>
    public int BytesPerMachine { get; }

    /// <summary>How many machines are kept.</summary>
    public int MostMachines { get; }

    /// <summary>The machines that something is kept of, the one heard last first.</summary>
    public IReadOnlyList<HardwareAddress> Machines
    {
        get
        {
            lock (_lock) return [.. _byAge.Where(m => m.Hardware is not null).Select(m => m.Hardware!.Value)];
        }
    }

    /// <summary>What is kept of a machine, oldest first; none when it is not known.</summary>
    public IReadOnlyList<CapturedPacket> Packets(HardwareAddress machine)
    {
        lock (_lock) return _byHardware.TryGetValue(machine, out var found) ? [.. found.Value.Packets()] : [];
    }

    /// <summary>What is kept of all, oldest first.</summary>
    public IReadOnlyList<CapturedPacket> Packets()
    {
        lock (_lock) return [.. _byAge.SelectMany(m => m.Packets()).OrderBy(p => p.At)];
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _byAge.Clear();
            _byHardware.Clear();
            _byAddress.Clear();
        }
    }

    /// <summary>Keeps a datagram that was taken from a client or sent to it.</summary>
    /// <param name="machine">The client's hardware address, where the protocol tells it.</param>
    /// <param name="address">The client's address; 0 before it has one.</param>
    /// <param name="packet">All but the octets.</param>
    /// <param name="payload">The octets.</param>
    internal void Record(HardwareAddress? machine, UInt128 address, in RingPacket packet, ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            var found = Find(machine, address);
            if (found is null && machine is null && address == 0) return;
            var node = found ?? Add();
            if (node != _byAge.First)
            {
                _byAge.Remove(node);
                _byAge.AddFirst(node);
            }

            Know(node, machine, address);
            node.Value.Add(packet, payload);
        }
    }

    private LinkedListNode<MachineRing>? Find(HardwareAddress? machine, UInt128 address) =>
        machine is { } hardware
            ? _byHardware.GetValueOrDefault(hardware)
            : _byAddress.GetValueOrDefault(address);

    private LinkedListNode<MachineRing> Add()
    {
        if (_byAge.Count < MostMachines) return _byAge.AddFirst(new MachineRing(BytesPerMachine));
        var last = _byAge.Last!; // there is at least one place
        Forget(last);
        last.Value.Clear();
        return last;
    }

    private void Know(LinkedListNode<MachineRing> node, HardwareAddress? machine, UInt128 address)
    {
        var ring = node.Value;
        if (machine is { } hardware && ring.Hardware is null)
        {
            ring.Hardware = hardware;
            _byHardware[hardware] = node;
        }

        if (address == 0 || ring.Address == address) return;
        if (ring.Address != 0 && _byAddress.GetValueOrDefault(ring.Address) == node) _byAddress.Remove(ring.Address);
        ring.Address = address;
        _byAddress[address] = node;
    }

    private void Forget(LinkedListNode<MachineRing> node)
    {
        if (node.Value.Hardware is { } hardware) _byHardware.Remove(hardware);
        if (_byAddress.GetValueOrDefault(node.Value.Address) == node) _byAddress.Remove(node.Value.Address);
    }
}
