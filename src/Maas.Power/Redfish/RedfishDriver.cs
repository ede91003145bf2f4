using Maas.Power.Control;
using Maas.Power.Http;

namespace Maas.Power.Redfish;

/// <summary>MAAS's power type <c>redfish</c>: a management controller with a Redfish service.</summary>
/// <remarks>
/// Parameters, as in MAAS: <c>power_address</c> (a host, or an address such as <c>https://10.0.0.8</c>), <c>power_user</c>,
/// <c>power_pass</c>, <c>node_id</c> (the system; needed where a service has several). Of this package: <c>power_tls_fingerprint</c>, the
/// SHA-256 of the service's certificate, for one that the system does not trust; <c>power_verify_ssl</c>, <c>n</c> to accept any;
/// <c>power_boot_type</c> (<c>efi</c> or <c>legacy</c> sets the boot mode too; <c>http</c> sends a machine to the network by UEFI HTTP boot
/// instead of PXE).
/// </remarks>
public sealed class RedfishDriver : IPowerDriver, ISensorDriver, IInventoryDriver, IVirtualMediaDriver
{
    private const int MostGaps = 64;

    private readonly RedfishOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Func<HttpMessageHandler>? _network;
    private readonly PowerConversations _conversations;

    /// <summary>Makes a driver; without arguments, one with the options' defaults and the system's clock.</summary>
    public RedfishDriver(RedfishOptions? options = null, TimeProvider? timeProvider = null)
        : this(options ?? new(), timeProvider ?? TimeProvider.System, network: null)
    {
    }

    /// <summary>Makes a driver whose requests go by handlers instead of sockets; <see langword="null"/> for sockets.</summary>
    internal RedfishDriver(RedfishOptions options, TimeProvider timeProvider, Func<HttpMessageHandler>? network)
    {
        (_options, _timeProvider, _network) = (options, timeProvider, network);
        _conversations = new PowerConversations(_options.Timing, _timeProvider, new PowerConnector(ConnectAsync, Translate));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["redfish"];

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
                var from = device == NextBoot.Network ? "network" : "disk";
                await ((RedfishConversation)conversation).SetNextBootAsync(device, target["power_boot_type"], stop).ConfigureAwait(false);
                return new PowerResult.Accepted($"The controller took note: next boot from the {from}. {conversation.Note}".TrimEnd());
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<SensorResult> ReadSensorsAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.ReadSensorsAsync(
            target, (conversation, stop) => ((RedfishConversation)conversation).ReadSensorsAsync(stop), cancellationToken);

    /// <inheritdoc/>
    public Task<InventoryResult> ReadInventoryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.ReadInventoryAsync(
            target, (conversation, stop) => ((RedfishConversation)conversation).ReadInventoryAsync(stop), cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> InsertMediaAsync(PowerTarget target, Uri image, CancellationToken cancellationToken) =>
        _conversations.RunAsync(
            target,
            async (conversation, stop) =>
            {
                await ((RedfishConversation)conversation).InsertMediaAsync(image, target["power_boot_type"], stop).ConfigureAwait(false);
                return new PowerResult.Accepted($"The image is inserted and is booted next. {conversation.Note}".TrimEnd());
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> EjectMediaAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.RunAsync(
            target,
            async (conversation, stop) =>
            {
                await ((RedfishConversation)conversation).EjectMediaAsync(stop).ConfigureAwait(false);
                return new PowerResult.Accepted($"The virtual drive is empty. {conversation.Note}".TrimEnd());
            },
            cancellationToken);

    /// <inheritdoc/>
    public string? Validate(PowerTarget target) =>
        target["power_address"] is null ? "Redfish address: This field is required." // MAAS-WORDING
        : TryRead(target, out _, out var problem) ? null
        : problem;

    /// <summary>Reads the parameters, for a client of your own; <see langword="false"/> when one is wrong.</summary>
    /// <param name="target">The machine.</param>
    /// <param name="settings">What the parameters say.</param>
    /// <param name="problem">Which parameter is wrong, as a sentence.</param>
    public static bool TryRead(PowerTarget target, out RedfishConnectionSettings? settings, out string problem)
    {
        settings = null;
        if (!TlsTrust.TryRead(target, out var trust, out problem)) return false;
        if (!ControllerAddress.TryParse(target["power_address"], out var address))
        {
            problem = "Parameter power_address must be a host, or an address such as https://10.0.0.8.";
            return false;
        }

        settings = new RedfishConnectionSettings
        {
            Address = address,
            UserName = target["power_user"] ?? "",
            Password = target.ReadSecret("power_pass"),
            AcceptAnyCertificate = trust.AcceptsAny,
            CertificateFingerprint = trust.Fingerprint is { } pin ? Convert.ToHexStringLower(pin) : null,
        };
        return true;
    }

    private async Task<IPowerConversation> ConnectAsync(PowerTarget target, CancellationToken cancellationToken)
    {
        if (!TryRead(target, out var settings, out var problem) || settings is null)
            throw new PowerFailureException(PowerFailure.BadParameters, problem);
        var client = new RedfishClient(settings, _options.Http, _timeProvider, _network?.Invoke());
        try
        {
            // Only the system is read before the command: a service may have hundreds of resources.
            var system = await client.GetSystemAsync(target["node_id"], cancellationToken).ConfigureAwait(false);
            return new RedfishConversation(client, settings, system);
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static PowerResult.Failed? Translate(Exception exception) =>
        exception is RedfishException e ? new PowerResult.Failed(e.Failure, e.Message) : null;

    private sealed class RedfishConversation(RedfishClient client, RedfishConnectionSettings settings, RedfishSystem system)
        : IPowerConversation
    {
        private bool _isFresh = true;
        private RedfishSystem _system = system;

        public string? Note => settings.Address.Scheme == "http" || settings.AcceptAnyCertificate
            ? "The controller's certificate is not checked; power_tls_fingerprint pins it."
            : null;

        public async Task<PowerState> QueryAsync(CancellationToken cancellationToken)
        {
            if (!_isFresh) _system = await client.GetSystemAsync(_system.Id, cancellationToken).ConfigureAwait(false);
            _isFresh = false;
            return _system.PowerState;
        }

        public Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken) => client.ResetAsync(
            _system,
            command switch
            {
                PowerSwitch.On => "On",
                PowerSwitch.Off => "ForceOff",
                _ => client.FindQuirk(_system).ShutdownType,
            },
            cancellationToken);

        public Task SetNextBootAsync(NextBoot device, string? bootType, CancellationToken cancellationToken) =>
            client.SetBootAsync(_system, BootOf(device, bootType?.ToUpperInvariant()), cancellationToken);

        public async Task<IReadOnlyList<PowerSensor>> ReadSensorsAsync(CancellationToken cancellationToken) =>
        [
            .. (await client.ReadSensorsAsync(_system, cancellationToken).ConfigureAwait(false)).Take(PowerSensor.Most)
                .Select(sensor => PowerSensor.Of(sensor.Name, sensor.Reading, sensor.Unit, null, sensor.Health switch
                {
                    "OK" => PowerSensorStatus.Ok,
                    "Warning" => PowerSensorStatus.Warning,
                    "Critical" => PowerSensorStatus.Critical,
                    _ => PowerSensorStatus.Unknown,
                })),
        ];

        public async Task InsertMediaAsync(Uri image, string? bootType, CancellationToken cancellationToken)
        {
            // A repetition: what runs from the image would lose it.
            if (_system.PowerState == PowerState.On
                && await client.GetMediaAsync(_system, cancellationToken).ConfigureAwait(false) == image) return;
            var boot = await client.InsertMediaAsync(_system, image, cancellationToken).ConfigureAwait(false);
            await client.SetBootAsync(
                _system, boot with { Mode = ModeOf(bootType?.ToUpperInvariant()) }, cancellationToken).ConfigureAwait(false);
        }

        public Task EjectMediaAsync(CancellationToken cancellationToken) => client.EjectMediaAsync(_system, cancellationToken);

        public async Task<PowerInventory> ReadInventoryAsync(CancellationToken cancellationToken)
        {
            var read = await client.ReadInventoryAsync(_system, cancellationToken).ConfigureAwait(false);
            // Threads are what an operating system counts; a service that does not say them has the number of cores at least.
            var threads = read.Processors.Sum(each => (long)Math.Max(0, each.Threads ?? each.Cores ?? 0));
            var memory = read.Memory.Sum(each => (double)each.MebiBytes);
            return new PowerInventory
            {
                State = _system.PowerState,
                Manufacturer = _system.Manufacturer,
                Model = _system.Model,
                SerialNumber = _system.SerialNumber,
                Uuid = _system.Uuid == Guid.Empty ? null : _system.Uuid,
                FirmwareVersion = _system.FirmwareVersion,
                LogicalProcessors = threads is > 0 and <= int.MaxValue ? (int)threads : _system.LogicalProcessors,
                MemoryMiB = memory is > 0 and < 9e18 ? (long)memory : _system.MemoryMiB,
                Processors =
                [
                    .. read.Processors.Select(each =>
                        new InventoryProcessor(each.Name, each.Model, each.Cores, each.Threads, each.Architecture)),
                ],
                Memory = [.. read.Memory.Select(each => new InventoryMemory(each.Name, each.MebiBytes, each.Type, each.SerialNumber))],
                Interfaces =
                [
                    .. read.Interfaces.Select(each => new InventoryInterface(each.Name, each.MacAddress, each.SpeedMbps, each.HasLink)),
                ],
                Drives =
                [
                    .. read.Drives.Select(each =>
                        new InventoryDrive(each.Name, each.Model, each.SerialNumber, each.Bytes, each.Media, each.Protocol)),
                ],
                Gaps = [.. read.Gaps.Take(MostGaps)],
            };
        }

        private static RedfishBoot BootOf(NextBoot device, string? bootType)
        {
            var boot = device != NextBoot.Network ? RedfishBoot.Disk : bootType == "HTTP" ? RedfishBoot.NetworkByHttp : RedfishBoot.Network;
            return boot with { Mode = ModeOf(bootType) };
        }

        private static string? ModeOf(string? bootType) => bootType switch
        {
            "EFI" or "HTTP" => "UEFI",
            "LEGACY" => "Legacy",
            _ => null,
        };

        public ValueTask DisposeAsync() => client.DisposeAsync();
    }
}
