using System.Net;
using System.Net.NetworkInformation;

namespace Maas.Boot.Net;

/// <summary>
/// Notices that a network interface was removed, created again, or lost an address. A socket bound to an interface that is removed receives
/// nothing for ever and reports no error, also when an interface of the same name is there again; so a server watches its interfaces and
/// ends, with the reason, when one changes.
/// </summary>
/// <remarks>
/// The operating system's notification makes it look at once; it looks once a second besides, because notifications can be lost.
/// </remarks>
internal sealed class InterfaceWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly int? _index;
    private readonly IPAddress? _address;
    private readonly Func<string, InterfaceState?> _read;
    private readonly InterfaceReader? _reader;
    private readonly TimeProvider _time;

    /// <summary>Takes note of what is there; before the sockets are opened.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="address">The address that must stay on it; <see langword="null"/>, or an address that it does not have now, for
    /// none.</param>
    /// <param name="index">The number that the interface had when the sockets were bound to it; <see langword="null"/> for the present
    /// one.</param>
    /// <param name="read">Reads an interface; the system's by default.</param>
    public InterfaceWatch(
        string name,
        TimeProvider timeProvider,
        IPAddress? address = null,
        int? index = null,
        Func<string, InterfaceState?>? read = null)
    {
        _name = name;
        _time = timeProvider;
        _reader = read is null ? new InterfaceReader() : null;
        _read = read ?? _reader!.Read; // one of the two is there
        var state = ReadOrNull();
        _index = index ?? state?.Index;
        _address = address is not null && state?.Addresses?.Contains(address) == true ? address : null;
    }

    /// <summary>
    /// A watch of the interface of a link; to be made on the thread that opens the link's socket, because both belong to its network
    /// namespace.
    /// </summary>
    /// <param name="device">The interface, as it was when the socket was bound to it; <see langword="null"/> for a link without
    /// one.</param>
    /// <param name="address">The address that the server uses there.</param>
    /// <param name="timeProvider">The clock.</param>
    public static InterfaceWatch? Of(NetworkInterface? device, IPAddress address, TimeProvider timeProvider) =>
        device is null ? null : new InterfaceWatch(device.Name, timeProvider, address, InterfaceState.IndexOf(device.GetIPProperties()));

    /// <summary>Watches the interface that a server is bound to; for a server that is bound to none, waits until cancelled.</summary>
    public static async Task RunAsync(string? name, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var watch = name is null ? null : new InterfaceWatch(name, timeProvider);
        await (watch?.RunAsync(cancellationToken)
            ?? Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Watches until the interface changes.</summary>
    /// <exception cref="InterfaceChangedException">It did; the message says how.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Change() is { } change) throw new InterfaceChangedException(change);
            await NetworkNotification.WaitAsync(Period, _time, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Closes what it reads with.</summary>
    public void Dispose() => _reader?.Dispose();

    /// <summary>What has changed, as a sentence; <see langword="null"/> for nothing.</summary>
    public string? Change()
    {
        InterfaceState? state;
        try
        {
            state = _read(_name);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return null; // no descriptor is left, or it was removed while it was read: the next look tells
        }

        if (state is null) return $"The interface {_name} was removed.";
        if (_index is not null && state.Index != _index) return $"The interface {_name} was removed and created again.";
        return _address is not null && state.Addresses?.Contains(_address) == false
            ? $"The interface {_name} no longer has the address {_address}."
            : null;
    }

    private InterfaceState? ReadOrNull()
    {
        try
        {
            return _read(_name);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return null;
        }
    }

    private static bool IsUnreadable(Exception failure) =>
        failure is NetworkInformationException or IOException or UnauthorizedAccessException;
}

/// <summary>Waits for the operating system to say that an address of this host has changed.</summary>
/// <remarks>
/// The process subscribes to <see cref="NetworkChange"/> once and stays subscribed. Its last handler closes a socket under a lock while
/// another thread reads from that socket, and on Linux that close can wait for ever, and with it every thread that adds or removes a
/// handler: servers that each subscribe for a second at a time would stop together.
/// </remarks>
internal static class NetworkNotification
{
    private static readonly Lock Subscribing = new();
    private static bool _isSubscribed;

    private static event EventHandler? Changed;

    /// <summary>
    /// Waits until an address changes, for as long as told, or until cancelled; never throws. Where notifications cannot be had it waits
    /// for the time alone.
    /// </summary>
    public static async Task WaitAsync(TimeSpan patience, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        Subscribe();
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        EventHandler notify = (_, _) => changed.TrySetResult();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waited = Task.Delay(patience, timeProvider, ended.Token);
        Changed += notify;
        try
        {
            await Task.WhenAny(waited, changed.Task).ConfigureAwait(false);
        }
        finally
        {
            Changed -= notify;
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    private static void Subscribe()
    {
        lock (Subscribing)
        {
            if (_isSubscribed) return;
            try
            {
#pragma warning disable RS0030 // The one subscription.
                NetworkChange.NetworkAddressChanged += (_, _) => Changed?.Invoke(null, EventArgs.Empty);
#pragma warning restore RS0030
                _isSubscribed = true;
            }
            catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
            {
                // No descriptor is left for the notifications now, or the system has none: the next wait tries again.
            }
        }
    }
}

/// <summary>What an interface is now.</summary>
/// <param name="Index">The number that the system gave it; another one when it was created again.</param>
/// <param name="Addresses">Its addresses, of both families, without scopes; <see langword="null"/> when they cannot be told.</param>
internal sealed record InterfaceState(int Index, IReadOnlyList<IPAddress>? Addresses)
{
    /// <summary>Reads an interface; <see langword="null"/> when no interface has that name.</summary>
    /// <exception cref="NetworkInformationException">The system does not tell now.</exception>
    public static InterfaceState? Read(string name)
    {
        if (NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == name) is not { } device) return null;
        var properties = device.GetIPProperties();
        return new InterfaceState(
            IndexOf(properties), [.. properties.UnicastAddresses.Select(a => new IPAddress(a.Address.GetAddressBytes()))]);
    }

    /// <summary>The number that the system gave an interface.</summary>
    public static int IndexOf(IPInterfaceProperties properties)
    {
        try
        {
            return properties.GetIPv4Properties().Index;
        }
        catch (NetworkInformationException)
        {
            return properties.GetIPv6Properties().Index; // an interface for IPv6 alone
        }
    }
}
