using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Maas.FaultHost;

/// <summary>A request of one line and its answer of one line, or of lines without an end, over a socket of the file system.</summary>
internal static class LineSocket
{
    /// <summary>Asks.</summary>
    /// <exception cref="IOException">The other side is gone.</exception>
    public static async Task<string> AskAsync(string path, string line, CancellationToken cancellationToken)
    {
        await using var stream = await SendAsync(path, line, cancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(cancellationToken) ?? throw new IOException("The answer is missing.");
    }

    /// <summary>Asks, and reads the lines of the answer until the other side ends.</summary>
    /// <exception cref="IOException">The other side is gone.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(
        string path, string line, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await SendAsync(path, line, cancellationToken);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } answer) yield return answer;
    }

    /// <summary>Answers each request with a line, until cancelled.</summary>
    public static Task ServeAsync(string path, Func<string, Task<string>> answer, CancellationToken cancellationToken)
    {
        return ServeLinesAsync(path, Single, cancellationToken);

        async IAsyncEnumerable<string> Single(string line)
        {
            yield return await answer(line);
        }
    }

    /// <summary>Answers each request with lines, until cancelled.</summary>
    public static async Task ServeLinesAsync(
        string path, Func<string, IAsyncEnumerable<string>> answer, CancellationToken cancellationToken)
    {
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(200);
        while (true) _ = AnswerAsync(await listener.AcceptAsync(cancellationToken), answer, cancellationToken);
    }

    private static async Task<NetworkStream> SendAsync(string path, string line, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            await using var writer = new StreamWriter(stream, leaveOpen: true);
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
            return stream;
        }
        catch (SocketException gone)
        {
            socket.Dispose();
            throw new IOException(gone.Message, gone);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task AnswerAsync(
        Socket socket, Func<string, IAsyncEnumerable<string>> answer, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await using var writer = new StreamWriter(stream) { AutoFlush = true };
            using var reader = new StreamReader(stream);
            if (await reader.ReadLineAsync(cancellationToken) is not { } request) return;
            await foreach (var line in answer(request).WithCancellation(cancellationToken))
                await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // The other side was killed.
        }
    }
}
