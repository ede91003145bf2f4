using System.Diagnostics;
using System.Text;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>Opens sessions with management controllers (BMCs) over IPMI 2.0, in managed code; IPMI 1.5 where it is asked for.</summary>
/// <example><code>
/// var client = new IpmiClient();
/// await using var session = await client.ConnectAsync(new IpmiConnectionSettings
/// {
///     Host = "10.0.0.7", UserName = "maas", Password = password,
/// });
/// var status = await session.GetChassisStatusAsync();
/// await session.SetBootAsync(new IpmiBoot(IpmiBootDevice.Pxe) { Firmware = IpmiBootFirmware.Uefi });
/// await session.ControlChassisAsync(IpmiChassisControl.PowerUp);
/// </code></example>
public sealed class IpmiClient
{
    private readonly IpmiClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Func<IpmiConnectionSettings, CancellationToken, Task<IDatagramChannel>> _open;

    /// <summary>Makes a client; without arguments, one with the options' defaults and the system's clock.</summary>
    public IpmiClient(IpmiClientOptions? options = null, TimeProvider? timeProvider = null)
        : this(options ?? new(), timeProvider ?? TimeProvider.System, UdpChannel.OpenAsync)
    {
    }

    internal IpmiClient(
        IpmiClientOptions options,
        TimeProvider timeProvider,
        Func<IpmiConnectionSettings, CancellationToken, Task<IDatagramChannel>> open)
    {
        _options = new IpmiClientOptions
        {
            ResponseTimeout = options.ResponseTimeout,
            Attempts = options.Attempts,
            BusyPause = options.BusyPause,
            KeepAliveInterval = options.KeepAliveInterval,
        };
        (_timeProvider, _open) = (timeProvider, open);
    }

    /// <summary>Logs in.</summary>
    /// <param name="settings">Where, and as which user.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="IpmiException">The controller does not answer, or refuses the user.</exception>
    /// <exception cref="ArgumentException">A setting is longer than the protocol allows.</exception>
    public async Task<IpmiSession> ConnectAsync(IpmiConnectionSettings settings, CancellationToken cancellationToken = default)
    {
        if (Problem(settings) is { } problem) throw new ArgumentException(problem, nameof(settings));
        var channel = await _open(settings, cancellationToken).ConfigureAwait(false);
        IpmiSession? session = null;
        try
        {
            var (codec, note) = await LogInAsync(channel, settings, cancellationToken).ConfigureAwait(false);
            session = new IpmiSession(channel, codec, _options, _timeProvider) { Note = note };
            if (settings.Privilege > IpmiPrivilege.User)
                await session.RaisePrivilegeAsync(settings.Privilege, cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
            else await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What in the settings the protocol cannot carry; <see langword="null"/> for nothing.</summary>
    internal static string? Problem(IpmiConnectionSettings settings)
    {
        var longestPassword = settings.Protocol == IpmiProtocol.Ipmi15 ? LegacyCode.Length : RakpTranscript.KeyLength;
        if (Encoding.UTF8.GetByteCount(settings.UserName) > 16) return "The user name must be at most 16 bytes.";
        if (Encoding.UTF8.GetByteCount(settings.Password) > longestPassword)
            return $"The password must be at most {longestPassword} bytes.";
        if (settings.ControllerKey.Length > RakpTranscript.KeyLength) return "The K_g key must be at most 20 bytes.";
        if (settings.CipherSuite is { } id && CipherSuite.Find(id) is null) return "The cipher suite must be 3, 8 or 17.";
        return settings.Port is < 1 or > ushort.MaxValue ? "The port must be 1 to 65535." : null;
    }

    private async Task<(ISessionCodec Codec, string? Note)> LogInAsync(
        IDatagramChannel channel, IpmiConnectionSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Protocol == IpmiProtocol.Ipmi15)
            return (await OpenAsync(channel, new LegacyLogin(settings), cancellationToken).ConfigureAwait(false), null);
        if (!settings.Workarounds.HasFlag(IpmiWorkarounds.SkipCapabilities))
        {
            var capabilities = await ProbeAsync(channel, settings, cancellationToken).ConfigureAwait(false);
            if (!capabilities.HasIpmi20)
            {
                if (settings.Protocol != IpmiProtocol.Automatic || !capabilities.HasIpmi15Md5)
                    throw new IpmiException(IpmiError.ProtocolNotSupported, "The controller does not offer IPMI 2.0.");
                var legacy = await OpenAsync(channel, new LegacyLogin(settings), cancellationToken).ConfigureAwait(false);
                return (legacy, "The controller does not offer IPMI 2.0; IPMI 1.5, which does not encrypt, was used.");
            }

            if (capabilities.NeedsControllerKey && settings.ControllerKey.IsEmpty)
                throw new IpmiException(IpmiError.WrongKey, "The controller needs a K_g key, and none is given.");
        }

        var first = settings.CipherSuite is { } id ? CipherSuite.Find(id) : null;
        try
        {
            var login = new RakpLogin(settings, first ?? CipherSuite.Sha256);
            return (await OpenAsync(channel, login, cancellationToken).ConfigureAwait(false), null);
        }
        // Some controllers do not answer a proposal that they do not know.
        catch (IpmiException e) when (first is null && e.Error is IpmiError.NoCipherSuite or IpmiError.NoAnswer or IpmiError.Malformed)
        {
            return (await OpenAsync(channel, new RakpLogin(settings, CipherSuite.Sha1), cancellationToken).ConfigureAwait(false), null);
        }
    }

    private async Task<ChannelCapabilities> ProbeAsync(
        IDatagramChannel channel, IpmiConnectionSettings settings, CancellationToken cancellationToken)
    {
        var step = await RunAsync(channel, new CapabilityProbe(settings.Privilege), cancellationToken).ConfigureAwait(false);
        return step is LoginStep.Capable capable ? capable.Capabilities : throw new UnreachableException();
    }

    private async Task<ISessionCodec> OpenAsync(IDatagramChannel channel, ISessionLogin login, CancellationToken cancellationToken) =>
        await RunAsync(channel, login, cancellationToken).ConfigureAwait(false) is LoginStep.Opened opened
            ? opened.Codec
            : throw new UnreachableException();

    // Sends what the step machine has to send, again when nothing comes, and hands it what comes.
    private async Task<LoginStep> RunAsync(IDatagramChannel channel, ISessionLogin login, CancellationToken cancellationToken)
    {
        var buffer = new byte[SessionPacket.Longest + 1];
        for (var attempt = 1; attempt <= _options.Attempts; attempt++)
        {
            await channel.SendAsync(login.Datagram, cancellationToken).ConfigureAwait(false);
            using var timeout = new CancellationTokenSource(_options.ResponseTimeout, _timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            try
            {
                while (true)
                {
                    var length = await channel.ReceiveAsync(buffer, either.Token).ConfigureAwait(false);
                    var step = login.Receive(buffer.AsSpan(0, length));
                    if (step is LoginStep.Refused refused) throw refused.Reason;
                    if (step is LoginStep.Ignored) continue;
                    if (step is not LoginStep.Next) return step;
                    attempt = 0;
                    break;
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing came: once more.
            }
        }

        throw login.OnSilence();
    }
}
