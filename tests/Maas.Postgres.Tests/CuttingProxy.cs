using System.Net.Sockets;
using Npgsql;

namespace Maas.Postgres.Tests;

/// <summary>A proxy in front of the server's socket that cuts a connection at the COMMIT: just before it, or before its answer.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-proxy-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _server;
    private int _armed;
    private int _cuts;

    public CuttingProxy(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _server = Path.Combine(settings.Host!, ".s.PGSQL.5432");
        settings.Host = _folder;
        ConnectionString = settings.ToString();
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, ".s.PGSQL.5432")));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public string ConnectionString { get; }

    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Cuts the next connection that commits.</summary>
    /// <param name="arrives">Whether the COMMIT arrives.</param>
    public void CutAtCommit(bool arrives) => Volatile.Write(ref _armed, arrives ? 2 : 1);

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_server));
                await Task.WhenAny(RequestsAsync(client, server), AnswersAsync(server, client));
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // One of the two is gone.
            }
        }
    }

    private async Task RequestsAsync(Socket client, Socket server)
    {
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer) is > 0 and var count)
        {
            var message = buffer.AsMemory(0, count);
            var isCommit = message.Span.IndexOf("COMMIT\0"u8) >= 0;
            var cut = isCommit ? Interlocked.Exchange(ref _armed, 0) : 0;
            if (cut != 0) Interlocked.Increment(ref _cuts);
            if (cut == 1) return;
            if (cut == 2)
            {
                // No answer passes from here on: the client's side is closed first.
                client.Close();
                await server.SendAsync(message);
                var answer = new byte[64];
                await server.ReceiveAsync(answer);
                return;
            }

            await server.SendAsync(message);
        }
    }

    private static async Task AnswersAsync(Socket server, Socket client)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReceiveAsync(buffer) is > 0 and var count) await client.SendAsync(buffer.AsMemory(0, count));
    }
}
