using System.Collections.Concurrent;
using System.Net.Sockets;
using Npgsql;

namespace Maas.Postgres.Tests.Faults;

/// <summary>
/// The way of one host to the database. It can be cut, so that both sides see their connections end, or be stalled, so that neither side
/// sees anything: as behind a network that drops packets.
/// </summary>
internal sealed class Partition : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-partition-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<Socket, Socket> _open = new();
    private readonly string _server;
    private volatile bool _isCut;
    private volatile Stalled? _stalled;
    private int _requests;

    public Partition(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _server = Path.Combine(settings.Host!, ".s.PGSQL.5432");
        settings.Host = _folder;
        ConnectionString = settings.ToString();
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, ".s.PGSQL.5432")));
        _listener.Listen(100);
        _ = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>Ends the connections and lets none pass.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var (client, server) in _open)
        {
            client.Dispose();
            server.Dispose();
        }
    }

    /// <summary>Lets nothing pass, and keeps the connections.</summary>
    /// <returns>Ends when something does not pass.</returns>
    public Task Stall()
    {
        var stalled = _stalled ??= new Stalled();
        return stalled.Withholds.Task;
    }

    /// <summary>How many messages of the host passed.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public void Heal()
    {
        _isCut = false;
        var stalled = _stalled;
        _stalled = null;
        stalled?.Ends.TrySetResult();
    }

    public ValueTask DisposeAsync()
    {
        Cut();
        _stalled?.Ends.TrySetResult();
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = PassAsync(await _listener.AcceptAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                if (_isCut) return;
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_server));
                _open[client] = server;
                await Task.WhenAny(CopyAsync(client, server, true), CopyAsync(server, client, false));
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // One of the two is gone.
            }
            finally
            {
                _open.TryRemove(client, out _);
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isHost)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and var count && !_isCut)
        {
            if (_stalled is { } stalled)
            {
                stalled.Withholds.TrySetResult();
                await stalled.Ends.Task;
            }

            if (isHost) Interlocked.Increment(ref _requests);
            await to.SendAsync(buffer.AsMemory(0, count));
        }
    }

    private sealed class Stalled
    {
        public TaskCompletionSource Withholds { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ends { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
