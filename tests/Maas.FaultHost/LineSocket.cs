using System.Net.Sockets;

namespace Maas.FaultHost;

/// <summary>A request of one line and its answer of one line, over a socket of the file system.</summary>
internal static class LineSocket
{
    /// <summary>Asks.</summary>
    /// <exception cref="IOException">The other side is gone.</exception>
    public static async Task<string> AskAsync(string path, string line, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            await using var stream = new NetworkStream(socket);
            await using var writer = new StreamWriter(stream) { AutoFlush = true };
            using var reader = new StreamReader(stream);
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
            return await reader.ReadLineAsync(cancellationToken) ?? throw new IOException("The answer is missing.");
        }
        catch (SocketException gone)
        {
            throw new IOException(gone.Message, gone);
        }
    }

    /// <summary>Answers, until cancelled.</summary>
    public static async Task ServeAsync(string path, Func<string, Task<string>> answer, CancellationToken cancellationToken)
    {
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(200);
        while (true) _ = AnswerAsync(await listener.AcceptAsync(cancellationToken), answer, cancellationToken);
    }

    private static async Task AnswerAsync(Socket socket, Func<string, Task<string>> answer, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await using var writer = new StreamWriter(stream) { AutoFlush = true };
            using var reader = new StreamReader(stream);
            if (await reader.ReadLineAsync(cancellationToken) is { } line)
                await writer.WriteLineAsync((await answer(line)).AsMemory(), cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // The other side was killed.
        }
    }
}
