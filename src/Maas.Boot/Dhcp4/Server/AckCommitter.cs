using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// Group commit: while one write is synced, the ACKs that come meanwhile gather; the next write takes them all. So a slow
/// disk makes larger groups, not fewer leases, and no ACK leaves before its lease is on disk.
/// </summary>
internal sealed class AckCommitter
{
    private readonly IAddressSource _addresses;
    private readonly Action<DhcpTransaction> _committed;
    private readonly Action<IReadOnlyList<DhcpTransaction>, Exception> _failed;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private List<DhcpTransaction> _waiting = [];
    private List<DhcpTransaction> _committing = [];
    private bool _stopping;

    /// <param name="addresses">Whose grants are committed.</param>
    /// <param name="committed">Called for each transaction whose grant is durable; must not throw.</param>
    /// <param name="failed">Called with those whose grants are not; must not throw.</param>
    public AckCommitter(
        IAddressSource addresses,
        Action<DhcpTransaction> committed,
        Action<IReadOnlyList<DhcpTransaction>, Exception> failed)
    {
        _addresses = addresses;
        _committed = committed;
        _failed = failed;
        _thread = new Thread(Run) { IsBackground = true, Name = "DHCP commit" };
    }

    public void Start() => _thread.Start();

    public void Add(DhcpTransaction transaction)
    {
        lock (_gate)
        {
            _waiting.Add(transaction);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }
    }

    /// <summary>Commits what waits, and ends the thread.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (Take())
        {
            // The commit and the sending fail apart: what is sent is sent, whatever happens to the next one.
            if (Commit() is { } failure) _failed(_committing, failure);
            else foreach (var transaction in _committing) _committed(transaction);
            _committing.Clear();
        }
    }

    private Exception? Commit()
    {
        try
        {
            var commit = _addresses.CommitAsync(CancellationToken.None);
            if (!commit.IsCompletedSuccessfully) commit.AsTask().GetAwaiter().GetResult();
            return null;
        }
#pragma warning disable CA1031 // whatever a store throws, the ACKs are not sent and the server lives on
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private bool Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_stopping) Monitor.Wait(_gate);
            (_waiting, _committing) = (_committing, _waiting);
            return _committing.Count > 0;
        }
    }
}
