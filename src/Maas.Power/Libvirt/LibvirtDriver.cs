using Maas.Power.Control;
using Maas.Power.Tools;

namespace Maas.Power.Libvirt;

/// <summary>
/// MAAS's power type <c>virsh</c>: virtual machines of libvirt, through the program <c>virsh</c> (Debian: libvirt-clients). libvirt's own
/// protocol is internal to it and may change at any time, and its library is not managed code.
/// </summary>
/// <remarks>
/// Parameters, as in MAAS: <c>power_address</c> (a connection URI such as <c>qemu:///system</c> or <c>qemu+ssh://maas@host/system</c>,
/// without a query), <c>power_id</c> (name or UUID). Over ssh the account of this host's process needs a key, and the host has to be in its
/// known_hosts: unlike in MAAS, unknown hosts are refused and <c>power_pass</c> is not used.
/// </remarks>
public sealed class LibvirtDriver : IPowerDriver
{
    // Those whose URI runs no program of the user's choice.
    private static readonly string[] Schemes =
    [
        "qemu", "qemu+unix", "qemu+ssh", "qemu+tls", "qemu+tcp", "xen", "xen+ssh", "lxc", "lxc+ssh", "bhyve", "bhyve+ssh", "test",
    ];

    private readonly LibvirtOptions _options;
    private readonly IToolRunner _tools;
    private readonly TimeProvider _timeProvider;
    private readonly PowerConversations _conversations;

    /// <summary>Makes a driver; without arguments, one with the options' defaults and the system's clock.</summary>
    public LibvirtDriver(LibvirtOptions? options = null, TimeProvider? timeProvider = null)
        : this(options ?? new(), timeProvider ?? TimeProvider.System, new ToolProcess())
    {
    }

    internal LibvirtDriver(LibvirtOptions options, TimeProvider timeProvider, IToolRunner tools)
    {
        (_options, _timeProvider, _tools) = (options, timeProvider, tools);
        _conversations = new PowerConversations(options.Timing, timeProvider, new PowerConnector(ConnectAsync, _ => null));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["virsh"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.QueryAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        _conversations.TurnOnAsync(target, cancellationToken);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        _conversations.TurnOffAsync(target, mode, cancellationToken);

    /// <summary>Unsupported: libvirt has a boot order, which is kept, and no choice for the next boot only.</summary>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported(
            "libvirt has no boot choice for one boot; put the network first in the virtual machine's boot order."));

    /// <inheritdoc/>
    public string? Validate(PowerTarget target) =>
        target["power_address"] is null ? "Address: This field is required." // MAAS-WORDING
        : target["power_id"] is null ? "Virsh VM ID: This field is required." // MAAS-WORDING
        : Problem(target);

    private static string? Problem(PowerTarget target)
    {
        var address = target["power_address"];
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || !Schemes.Contains(uri.Scheme, StringComparer.Ordinal)
            || uri.Query.Length > 0
            || uri.Fragment.Length > 0
            || address!.StartsWith('-') // it was read
            || address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            return "Parameter power_address must be a libvirt URI without a query, such as qemu+ssh://maas@host/system.";
        // ssh would take a host or a user that begins with a hyphen for an option.
        if (uri.Host.StartsWith('-') || uri.UserInfo.StartsWith('-'))
            return "Parameter power_address must name a host and a user that do not begin with a hyphen.";
        return target["power_id"] is { Length: <= 255 } id && !id.StartsWith('-') && !id.Any(char.IsControl)
            ? null
            : "Parameter power_id must be a virtual machine's name or UUID.";
    }

    private Task<IPowerConversation> ConnectAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Problem(target) is { } problem
            ? throw new PowerFailureException(PowerFailure.BadParameters, problem)
            : Task.FromResult<IPowerConversation>(new VirshConversation(target, _options, _tools, _timeProvider));

    private sealed class VirshConversation(PowerTarget target, LibvirtOptions options, IToolRunner tools, TimeProvider timeProvider)
        : IPowerConversation
    {
        public string? Note => null;

        public async Task<PowerState> QueryAsync(CancellationToken cancellationToken)
        {
            var state = (await RunAsync("domstate", cancellationToken).ConfigureAwait(false)).Trim();
            return state switch
            {
                "shut off" or "crashed" => PowerState.Off,
                // A paused or suspended machine has its memory, as a real one in standby.
                "running" or "idle" or "in shutdown" or "paused" or "pmsuspended" => PowerState.On,
                _ => throw new PowerFailureException(PowerFailure.Unintelligible, $"virsh names the state '{LogText.From(state, 64)}'."),
            };
        }

        public Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken) => RunAsync(
            command switch
            {
                PowerSwitch.On => "start",
                PowerSwitch.Off => "destroy",
                _ => "shutdown",
            },
            cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task<string> RunAsync(string command, CancellationToken cancellationToken)
        {
            // Both are set: Problem() looked at them.
            var (address, id) = (target["power_address"]!, target["power_id"]!);
            // no_tty: ssh asks nothing, as no terminal is there to answer.
            var uri = address.Contains("+ssh", StringComparison.Ordinal) ? address + "?no_tty=1" : address;
            var environment = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in new[] { "HOME", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR" })
                if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) environment[name] = value;
            var request = new ToolRequest(options.Tool, ["--quiet", "--connect", uri, command, "--domain", id], environment)
            {
                Hint = "Debian: apt-get install libvirt-clients",
            };
            var run = await tools.RunWithinAsync(request, options.CommandTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
            if (run.Code == 0) return run.Output;
            var said = LogText.From(run.Error, 300);
            throw new PowerFailureException(FailureIn(said), $"virsh: {said}");
        }

        private static PowerFailure FailureIn(string said)
        {
            (string Words, PowerFailure Failure)[] complaints =
            [
                ("failed to get domain", PowerFailure.BadParameters),
                ("Domain not found", PowerFailure.BadParameters),
                ("Permission denied", PowerFailure.CredentialsRefused),
                ("Host key verification failed", PowerFailure.CredentialsRefused),
                ("authentication failed", PowerFailure.CredentialsRefused),
                ("Could not resolve", PowerFailure.Unreachable),
                ("Connection refused", PowerFailure.Unreachable),
                ("No route to host", PowerFailure.Unreachable),
                ("failed to connect", PowerFailure.Unreachable),
                ("Connection timed out", PowerFailure.TimedOut),
                ("Timed out", PowerFailure.TimedOut),
            ];
            foreach (var (words, failure) in complaints)
                if (said.Contains(words, StringComparison.OrdinalIgnoreCase)) return failure;
            return PowerFailure.CommandRefused;
        }
    }
}
