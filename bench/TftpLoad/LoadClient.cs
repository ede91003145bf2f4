using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TftpLoad;

/// <summary>One client: asks, receives, acknowledges, compares. Driven by its <see cref="LoadThread"/>.</summary>
internal sealed class LoadClient(LoadOptions options)
{
    private readonly byte[] _acknowledgement = [0, 4, 0, 0];
    private Socket _socket = null!; // Start
    private SocketAddress _from = new IPEndPoint(IPAddress.Any, 0).Serialize();
    private bool _connected;
    private int _blockSize = 512, _windowSize = 1;
    private long _expected = 1;
    private int _inWindow;
    private bool _gapSaid;
    private int _attempts;

    public Socket Socket => _socket;

    public string? Failure { get; private set; }

    public bool Complete { get; private set; }

    public bool Ended => Complete || Failure is not null;

    public long Timeouts { get; private set; }

    public TimeSpan Deadline { get; private set; }

    public void Start(TimeSpan now)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            Blocking = false,
            ReceiveBufferSize = 1 << 20
        };
        _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        Request(now);
    }

    /// <summary>Takes what is there.</summary>
    public void Readable(Span<byte> buffer, TimeSpan now)
    {
        while (!Ended)
        {
            int count;
            if (_connected)
            {
                count = _socket.Receive(buffer, SocketFlags.None, out var error);
                if (error != SocketError.Success) return;
            }
            else
            {
                if (_socket.Available == 0) return;
                count = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
            }

            if (options.Loss > 0 && Random.Shared.NextDouble() < options.Loss) continue;
            if (!_connected)
            {
                _socket.Connect((IPEndPoint)new IPEndPoint(0, 0).Create(_from));
                _connected = true;
            }

            // Lock-step: nothing more can be there after an acknowledgement.
            if (Take(buffer[..count], now) && _windowSize == 1) return;
        }
    }

    public void Expire(TimeSpan now)
    {
        Timeouts++;
        if (++_attempts > LoadOptions.Attempts)
        {
            Failure = $"silence at block {_expected}";
            return;
        }

        if (!_connected)
        {
            _socket.Dispose();
            Start(now);
            return;
        }

        Acknowledge(now);
    }

    private bool Take(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        var opcode = BinaryPrimitives.ReadUInt16BigEndian(packet);
        if (opcode == 5)
        {
            Failure = Encoding.ASCII.GetString(packet[4..]).TrimEnd('\0');
            return true;
        }

        if (opcode == 6)
        {
            if (_expected > 1) return false;
            var words = Encoding.ASCII.GetString(packet[2..]).Split('\0');
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                if (words[i] == "blksize") _blockSize = int.Parse(words[i + 1], CultureInfo.InvariantCulture);
                if (words[i] == "windowsize") _windowSize = int.Parse(words[i + 1], CultureInfo.InvariantCulture);
            }

            Acknowledge(now);
            return true;
        }

        if (opcode != 3) return false;
        var block = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (block != (ushort)_expected)
        {
            var again = block == (ushort)(_expected - 1);
            if (_gapSaid && !again) return false;
            _gapSaid |= !again;
            Acknowledge(now);
            return true;
        }

        var data = packet[4..];
        var at = (_expected - 1) * _blockSize;
        if (at + data.Length > options.Content.Length || !data.SequenceEqual(options.Content.Span.Slice((int)at, data.Length)))
        {
            Failure = $"wrong content at {at}";
            return true;
        }

        _expected++;
        _gapSaid = false;
        _attempts = 0;
        Complete = data.Length < _blockSize;
        if (Complete && at + data.Length != options.Content.Length) Failure = $"ended at {at + data.Length}";
        if (++_inWindow < _windowSize && !Complete) return false;
        Acknowledge(now);
        return true;
    }

    private void Acknowledge(TimeSpan now)
    {
        _inWindow = 0;
        BinaryPrimitives.WriteUInt16BigEndian(_acknowledgement.AsSpan(2), (ushort)(_expected - 1));
        if (options.Loss == 0 || Complete || Random.Shared.NextDouble() >= options.Loss)
            _socket.Send(_acknowledgement, SocketFlags.None, out _);
        Deadline = now + LoadOptions.Patience;
    }

    private void Request(TimeSpan now)
    {
        var request = new StringBuilder($"\0\u0001{options.File}\0octet\0");
        if (options.BlockSize != 512) request.Append(CultureInfo.InvariantCulture, $"blksize\0{options.BlockSize}\0");
        if (options.WindowSize != 1) request.Append(CultureInfo.InvariantCulture, $"windowsize\0{options.WindowSize}\0");
        _socket.SendTo(Encoding.ASCII.GetBytes(request.ToString()), options.Server);
        Deadline = now + LoadOptions.Patience;
    }
}
