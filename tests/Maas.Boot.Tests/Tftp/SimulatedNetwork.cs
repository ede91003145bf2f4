using System.Buffers.Binary;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

/// <summary>
/// A transfer over a network in memory that loses, doubles, delays and so reorders packets, in a time of its own. The client is written
/// from the RFCs, not from the server.
/// </summary>
internal sealed class SimulatedNetwork(int seed, double loss = 0, double doubled = 0, double jitterMilliseconds = 0)
{
#pragma warning disable CA5394, RS0030 // A seed, so that a failure can be repeated.
    private readonly Random _random = new(seed);
#pragma warning restore RS0030

    private readonly PriorityQueue<(bool ToClient, byte[] Packet), (TimeSpan At, int Order)> _wire = new();
    private int _order;
    private TimeSpan _now;

    /// <summary>How long the client waits before it repeats itself.</summary>
    public TimeSpan ClientPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the client acknowledges each packet beyond a gap, or only the first.</summary>
    public bool ClientRepeatsItself { get; init; }

    /// <summary>When the client stops answering; never by default.</summary>
    public TimeSpan ClientDies { get; init; } = TimeSpan.MaxValue;

    /// <summary>How many data packets the server sent.</summary>
    public int DataPackets { get; private set; }

    /// <summary>All packets that the server sent.</summary>
    public int ServerPackets { get; private set; }

    /// <summary>How long it took, in the network's time.</summary>
    public TimeSpan Elapsed => _now;

    public byte[] Received => _received.ToArray();

    public bool ClientIsContent { get; private set; }

    private readonly MemoryStream _received = new();

    /// <summary>Runs a transfer until the server is done.</summary>
    public TftpOutcome Run(byte[] content, int blockSize, int windowSize, bool options = true)
    {
        var terms = new TftpNegotiatedOptions(blockSize, windowSize, content.Length)
        {
            OptionAcknowledgement = options ? new byte[] { 0, 6 } : default
        };
        var transfer = new TftpTransfer(terms, TimeSpan.FromSeconds(30));
        var client = new Client(blockSize, windowSize, this);
        Perform(transfer.Start());
        while (transfer.Outcome is null)
        {
            var arrival = _wire.TryPeek(out _, out var next) ? next.At : TimeSpan.MaxValue;
            _now = new[] { arrival, transfer.Deadline, client.Deadline }.Min();
            if (_now > TimeSpan.FromHours(1)) throw new InvalidOperationException("It never ends.");
            if (_now == arrival)
            {
                var (toClient, packet) = _wire.Dequeue();
                if (toClient) client.Receive(packet);
                else Perform(transfer.Receive(packet, _now));
            }
            else if (_now == transfer.Deadline)
            {
                Perform(transfer.Expire(_now));
            }
            else
            {
                client.Expire();
            }
        }

        ClientIsContent = client.Complete;
        return transfer.Outcome;

        void Perform(TftpStep step)
        {
            if (step.Kind == TftpStepKind.Options) Send(toClient: true, [0, 6]);
            for (var i = 0; i < step.Count; i++)
            {
                var block = step.FirstBlock + i;
                var data = content.AsSpan((int)Math.Min(content.Length, (block - 1) * blockSize));
                data = data[..Math.Min(blockSize, data.Length)];
                var packet = new byte[4 + data.Length];
                TftpPacket.WriteDataHeader(packet, (ushort)block);
                data.CopyTo(packet.AsSpan(4));
                DataPackets++;
                Send(toClient: true, packet);
            }

            if (step.Kind is TftpStepKind.Options or TftpStepKind.Blocks) transfer.Sent(_now);
        }
    }

    private void Send(bool toClient, byte[] packet)
    {
        if (toClient) ServerPackets++;
        if (!toClient && _now >= ClientDies) return;
        for (var copies = _random.NextDouble() < doubled ? 2 : 1; copies > 0; copies--)
        {
            if (_random.NextDouble() < loss) continue;
            var delay = TimeSpan.FromMilliseconds(0.1 + (_random.NextDouble() * jitterMilliseconds));
            _wire.Enqueue((toClient, packet), (_now + delay, _order++));
        }
    }
#pragma warning restore CA5394

    private sealed class Client(int blockSize, int windowSize, SimulatedNetwork network)
    {
        private long _expected = 1;
        private int _inWindow;
        private bool _gapSaid;

        public bool Complete { get; private set; }

        public TimeSpan Deadline { get; private set; } = network.ClientPatience;

        public void Receive(byte[] packet)
        {
            if (packet[1] == 6)
            {
                // A repeated OACK after data has come is an old one.
                if (_expected == 1) Acknowledge();
                return;
            }

            var block = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2));
            if (Complete)
            {
                // Lingering (RFC 1350 section 6): the last block again means that the last acknowledgement was lost.
                if (block == (ushort)(_expected - 1)) Acknowledge();
                return;
            }

            if (block != (ushort)_expected)
            {
                // RFC 7440 section 4: acknowledge the last block received in sequence.
                var again = block == (ushort)(_expected - 1);
                if (again || !_gapSaid || network.ClientRepeatsItself) Acknowledge();
                _gapSaid |= !again;
                return;
            }

            network._received.Write(packet.AsSpan(4));
            _expected++;
            _gapSaid = false;
            Complete = packet.Length - 4 < blockSize;
            if (++_inWindow >= windowSize || Complete) Acknowledge();
        }

        public void Expire() => Acknowledge();

        private void Acknowledge()
        {
            _inWindow = 0;
            Deadline = Complete ? TimeSpan.MaxValue : network._now + network.ClientPatience;
            var packet = new byte[] { 0, 4, 0, 0 };
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(_expected - 1));
            network.Send(toClient: false, packet);
        }
    }
}
