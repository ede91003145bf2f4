using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace HttpLoad;

/// <summary>One connection on a thread of its own: it asks, receives and checks, as often as configured.</summary>
internal sealed class LoadClient
{
    private readonly Uri _url;
    private readonly FileSample _sample;
    private readonly int _requests;
    private readonly Thread _thread;
    private readonly byte[] _buffer = new byte[256 << 10];

    public LoadClient(Uri url, FileSample sample, int requests)
    {
        (_url, _sample, _requests) = (url, sample, requests);
        _thread = new Thread(Run);
    }

    /// <summary>How many times the whole file came, right as far as was looked.</summary>
    public int Fetched { get; private set; }

    /// <summary>What went wrong; <see langword="null"/> when nothing did.</summary>
    public string? Failure { get; private set; }

    public void Start() => _thread.Start();

    public void Join() => _thread.Join();

    private void Run()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
                ReceiveTimeout = 60_000
            };
            socket.Connect(_url.Host, _url.Port);
            var request = Encoding.ASCII.GetBytes($"GET {_url.PathAndQuery} HTTP/1.1\r\nHost: {_url.Authority}\r\n\r\n");
            while (Fetched < _requests && Failure is null)
            {
                socket.Send(request);
                Failure = Receive(socket);
                if (Failure is null) Fetched++;
            }
        }
        catch (SocketException exception)
        {
            Failure = exception.Message;
        }
    }

    private string? Receive(Socket socket)
    {
        var (filled, end) = (0, -1);
        while (end < 0)
        {
            var read = socket.Receive(_buffer.AsSpan(filled));
            if (read == 0) return "closed before the end of the headers";
            filled += read;
            end = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }

        var head = Encoding.ASCII.GetString(_buffer, 0, end);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) return head.Split("\r\n")[0];
        var length = head.Split("\r\n")
            .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => long.Parse(line[15..], CultureInfo.InvariantCulture))
            .FirstOrDefault(-1);
        if (length != _sample.Length) return $"a length of {length}";

        var part = _buffer.AsSpan(end + 4, filled - end - 4);
        for (long at = 0; ;)
        {
            if (!_sample.Agrees(part, at)) return $"wrong content at {at}";
            at += part.Length;
            if (at == length) return null;
            var read = socket.Receive(_buffer);
            if (read == 0) return $"closed at {at}";
            part = _buffer.AsSpan(0, read);
        }
    }
}
