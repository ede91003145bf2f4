using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace VmLab.Machines;

/// <summary>QEMU's machine protocol, enough of it to plug a device into a machine that is on.</summary>
internal sealed class QmpClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private QmpClient(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
    }

    public static async Task<QmpClient> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        var client = new QmpClient(socket);
        await client._reader.ReadLineAsync(cancellationToken); // the greeting
        await client.ExecuteAsync("qmp_capabilities", [], cancellationToken);
        return client;
    }

    /// <summary>Runs a command; events that come before its answer are passed over.</summary>
    /// <exception cref="InvalidOperationException">QEMU refused it.</exception>
    public async Task ExecuteAsync(string command, Dictionary<string, string> arguments, CancellationToken cancellationToken)
    {
        var request = new Dictionary<string, object> { ["execute"] = command };
        if (arguments.Count > 0) request["arguments"] = arguments;
        await _writer.WriteLineAsync(JsonSerializer.Serialize(request).AsMemory(), cancellationToken);
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using var answer = JsonDocument.Parse(line);
            if (answer.RootElement.TryGetProperty("error", out var error))
                throw new InvalidOperationException($"QEMU refused {command}: {error}");
            if (answer.RootElement.TryGetProperty("return", out _)) return;
        }

        throw new InvalidOperationException($"QEMU ended before it answered {command}.");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }
}
