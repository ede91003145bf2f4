using Maas.Power.Control;
using Maas.Power.Ipmi.Records;

namespace Maas.Power.Ipmi;

/// <summary>
/// MAAS's power type <c>ipmi</c>: a management controller (BMC), over IPMI 2.0 in managed code, or 1.5 where it is asked for. No program
/// has to be installed.
/// </summary>
/// <remarks>
/// <para>Parameters, as in MAAS: <c>power_address</c> (host, with or without port; required), <c>power_user</c>, <c>power_pass</c>,
/// <c>power_driver</c> (<c>LAN_2_0</c>, or <c>LAN</c> for IPMI 1.5; without it 1.5 is used only with a controller that has no other, and
/// the result's note reports it), <c>cipher_suite_id</c> (17, 3 or 8; without it 17, and then 3), <c>k_g</c>, <c>privilege_level</c>
/// (<c>USER</c>, <c>OPERATOR</c>, the default, or <c>ADMIN</c>), <c>power_boot_type</c> (<c>efi</c> asks for an EFI boot),
/// <c>workaround_flags</c> (<c>authcap</c>, <c>opensesspriv</c>, <c>integritycheckvalue</c>).</para>
/// <para>A command counts as done when the machine has been seen in the state asked for.</para>
/// </remarks>
public sealed class IpmiDriver : IPowerDriver, ISerialConsoleDriver, ISensorDriver
{
    private readonly IpmiClient _client;
    private readonly PowerConversations _conversations;

    /// <summary>Makes a driver; without arguments, one with the options' defaults and the system's clock.</summary>
    public IpmiDriver(IpmiOptions? options = null, TimeProvider? timeProvider = null)
        : this(options ?? new(), timeProvider ?? TimeProvider.System, new IpmiClient((options ?? new()).Client, timeProvider))
    {
    }

    internal IpmiDriver(IpmiOptions options, TimeProvider timeProvider, IpmiClient client) =>
        (_client, _conversations) =
            (client, new PowerConversations(options.Timing, timeProvider, new PowerConnector(ConnectAsync, Translate)));

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["ipmi"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.QueryAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.TurnOnAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        _conversations.TurnOffAsync(target, mode, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        _conversations.RunAsync(
            target,
            async (conversation, stop) =>
            {
                await ((IpmiConversation)conversation).SetNextBootAsync(device, stop).ConfigureAwait(false);
                // Not read back: many controllers show boot flags that have nothing to do with what they will do.
                var from = device == NextBoot.Network ? "network" : "disk";
                return new PowerResult.Accepted($"The controller took note: next boot from the {from}. {conversation.Note}".TrimEnd());
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task<SerialConsoleResult> OpenSerialAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        if (!IpmiParameters.TryRead(target, out var parameters, out var problem) || parameters is null)
            return new SerialConsoleResult.Failed(PowerFailure.BadParameters, problem);
        IpmiSession? session = null;
        try
        {
            session = await _client.ConnectAsync(parameters.Settings, cancellationToken).ConfigureAwait(false);
            var console = await session.OpenSerialAsync(cancellationToken).ConfigureAwait(false);
            (var opened, session) = (session, null);
            return new SerialConsoleResult.Opened(new IpmiConsoleStream(opened, console));
        }
        catch (Exception exception) when (exception is IpmiException or ArgumentException)
        {
            var failure = Translate(exception) ?? new PowerResult.Failed(PowerFailure.BadParameters, exception.Message);
            return new SerialConsoleResult.Failed(failure.Failure, target.Redact(failure.Reason));
        }
        finally
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<SensorResult> ReadSensorsAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.ReadSensorsAsync(
            target, (conversation, stop) => ((IpmiConversation)conversation).ReadSensorsAsync(stop), cancellationToken);

    /// <inheritdoc/>
    public string? Validate(PowerTarget target) =>
        target["power_address"] is null ? "IP address: This field is required." // MAAS-WORDING
        : IpmiParameters.TryRead(target, out _, out var problem) ? null
        : problem;

    /// <summary>Reads the parameters, for a client of your own; <see langword="false"/> when one is wrong.</summary>
    /// <param name="target">The machine.</param>
    /// <param name="settings">What the parameters say.</param>
    /// <param name="problem">Which parameter is wrong, as a sentence.</param>
    public static bool TryRead(PowerTarget target, out IpmiConnectionSettings? settings, out string problem)
    {
        var isRight = IpmiParameters.TryRead(target, out var parameters, out problem);
        settings = parameters?.Settings;
        return isRight;
    }

    private async Task<IPowerConversation> ConnectAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        if (!IpmiParameters.TryRead(target, out var parameters, out var problem) || parameters is null)
            throw new PowerFailureException(PowerFailure.BadParameters, problem);
        var session = await _client.ConnectAsync(parameters.Settings, cancellationToken).ConfigureAwait(false);
        return new IpmiConversation(session, parameters.Firmware);
    }

    private static PowerResult.Failed? Translate(Exception exception) => exception is not IpmiException e ? null : new PowerResult.Failed(
        e.Error switch
        {
            IpmiError.NameNotFound or IpmiError.NoAnswer => PowerFailure.Unreachable,
            IpmiError.WrongPassword or IpmiError.UnknownUser or IpmiError.WrongKey or IpmiError.PrivilegeRefused =>
                PowerFailure.CredentialsRefused,
            IpmiError.NoCipherSuite or IpmiError.ProtocolNotSupported => PowerFailure.BadParameters,
            IpmiError.CommandRefused => PowerFailure.CommandRefused,
            IpmiError.Malformed => PowerFailure.Unintelligible,
            _ => PowerFailure.TimedOut,
        },
        e.Message);

    private sealed class IpmiConversation(IpmiSession session, IpmiBootFirmware firmware) : IPowerConversation
    {
        public string? Note => session.Note;

        public async Task<PowerState> QueryAsync(CancellationToken cancellationToken) =>
            (await session.GetChassisStatusAsync(cancellationToken).ConfigureAwait(false)).IsOn ? PowerState.On : PowerState.Off;

        public Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken) => session.ControlChassisAsync(
            command switch
            {
                PowerSwitch.On => IpmiChassisControl.PowerUp,
                PowerSwitch.Off => IpmiChassisControl.PowerDown,
                _ => IpmiChassisControl.SoftShutdown,
            },
            cancellationToken);

        public Task SetNextBootAsync(NextBoot device, CancellationToken cancellationToken) => session.SetBootAsync(
            new IpmiBoot(device == NextBoot.Network ? IpmiBootDevice.Pxe : IpmiBootDevice.Disk) { Firmware = firmware }, cancellationToken);

        public async Task<IReadOnlyList<PowerSensor>> ReadSensorsAsync(CancellationToken cancellationToken)
        {
            List<PowerSensor> sensors = [];
            await foreach (var sensor in session.ReadSensorsAsync(cancellationToken).ConfigureAwait(false))
            {
                sensors.Add(PowerSensor.Of(
                    sensor.Name, sensor.Value, sensor.Unit, sensor.Limits is null ? sensor.States : null, StatusOf(sensor)));
                if (sensors.Count >= PowerSensor.Most) break;
            }

            return sensors;
        }

        private static PowerSensorStatus StatusOf(IpmiSensor sensor) => sensor switch
        {
            { Value: null } or { Limits: null } => PowerSensorStatus.Unknown,
            { Value: var value, Limits: var limits } when value <= limits.LowerCritical || value >= limits.UpperCritical =>
                PowerSensorStatus.Critical,
            { Value: var value, Limits: var limits } when value <= limits.LowerWarning || value >= limits.UpperWarning =>
                PowerSensorStatus.Warning,
            _ => PowerSensorStatus.Ok,
        };

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }
}
