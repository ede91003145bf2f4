using System.Diagnostics;
using Maas.Power.Tools;

namespace Maas.Power.Ipmi;

/// <summary>
/// MAAS's power type <c>ipmi</c>: a management controller (BMC) spoken to by the program <c>ipmitool</c> (Debian package ipmitool), over
/// IPMI 2.0, or 1.5 where asked for.
/// </summary>
/// <remarks>
/// <para>Parameters, as in MAAS: <c>power_address</c> (host, with or without port; required), <c>power_user</c>, <c>power_pass</c>,
/// <c>power_driver</c> (<c>LAN_2_0</c>, the default, or <c>LAN</c> for IPMI 1.5), <c>cipher_suite_id</c> (without it ipmitool chooses the
/// best one the controller has), <c>k_g</c>, <c>privilege_level</c> (<c>USER</c>,
/// <c>OPERATOR</c>, the default, or <c>ADMIN</c>), <c>power_boot_type</c> (<c>efi</c> asks for an EFI boot),
/// <c>workaround_flags</c>.</para>
/// <para>No secret is an argument of the program; it gets them by its environment, which only the same user can read. A command counts as
/// done when the machine has been seen in the state asked for.</para>
/// </remarks>
public sealed class IpmiDriver : IPowerDriver
{
    private readonly IpmiOptions _options;
    private readonly TimeProvider _time;
    private readonly IToolRunner _tools;

    /// <summary>Makes a driver; without arguments, one with the options' defaults and the system's clock.</summary>
    public IpmiDriver(IpmiOptions? options = null, TimeProvider? timeProvider = null)
        : this(options ?? new(), timeProvider ?? TimeProvider.System, new ToolProcess())
    {
    }

    internal IpmiDriver(IpmiOptions options, TimeProvider timeProvider, IToolRunner tools) =>
        (_options, _time, _tools) = (options, timeProvider, tools);

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["ipmi"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        ConnectAsync(target, connection => QueryAsync(connection, cancellationToken));

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        ConnectAsync(target, connection => BringToAsync(connection, PowerState.On, "on", _options.ObserveTimeout, cancellationToken));

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        ConnectAsync(target, connection => mode == PowerOffMode.Soft
            ? BringToAsync(connection, PowerState.Off, "soft", _options.ShutdownTimeout, cancellationToken)
            : BringToAsync(connection, PowerState.Off, "off", _options.ObserveTimeout, cancellationToken));

    /// <inheritdoc/>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        ConnectAsync(target, async connection =>
        {
            List<string> command = ["chassis", "bootdev", device == NextBoot.Network ? "pxe" : "disk"];
            if (connection.BootsByEfi) command.Add("options=efiboot");
            var reply = await RunAsync(connection, command, cancellationToken).ConfigureAwait(false);
            // Not read back: many controllers show boot flags that have nothing to do with what they will do.
            var from = device == NextBoot.Network ? "network" : "disk";
            return reply.Failed
                ?? (PowerResult)new PowerResult.Accepted(
                    $"The controller took note: next boot from the {from}. {connection.Note}".TrimEnd());
        });

    /// <inheritdoc/>
    public string? Validate(PowerTarget target) =>
        target["power_address"] is null ? "IP address: This field is required."
        : IpmiConnection.TryCreate(target, out _, out var problem) ? null
        : problem;

    private static Task<PowerResult> ConnectAsync(PowerTarget target, Func<IpmiConnection, Task<PowerResult>> ask) =>
        IpmiConnection.TryCreate(target, out var connection, out var problem) && connection is not null
            ? ask(connection)
            : Task.FromResult<PowerResult>(new PowerResult.Failed(PowerFailure.BadParameters, problem));

    private async Task<PowerResult> QueryAsync(IpmiConnection connection, CancellationToken cancellationToken)
    {
        var reply = await RunAsync(connection, ["chassis", "power", "status"], cancellationToken).ConfigureAwait(false);
        if (reply.Failed is { } failed) return failed;
        return IpmiOutput.PowerStateIn(reply.Output) is var state and not PowerState.Unknown
            ? new PowerResult.Observed(state) { Note = connection.Note }
            : new PowerResult.Failed(PowerFailure.Unintelligible, "The controller's power status says neither on nor off.");
    }

    private async Task<PowerResult> BringToAsync(
        IpmiConnection connection,
        PowerState wanted,
        string command,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        var before = await QueryAsync(connection, cancellationToken).ConfigureAwait(false);
        if (before is PowerResult.Failed || before.State == wanted) return before;

        var reply = await RunAsync(connection, ["chassis", "power", command], cancellationToken).ConfigureAwait(false);
        var sent = _time.GetTimestamp();
        while (true)
        {
            // Also after a refusal: some controllers refuse what has just come about by itself.
            var seen = await QueryAsync(connection, cancellationToken).ConfigureAwait(false);
            if (seen.State == wanted) return seen;
            if (reply.Failed is { } refused) return refused;
            if (_time.GetElapsedTime(sent) >= patience)
            {
                return seen as PowerResult.Failed
                    ?? new PowerResult.Failed(
                        PowerFailure.NotObserved,
                        $"The controller accepted 'chassis power {command}', but the machine was still {seen.State} "
                            + $"{patience.TotalSeconds:0} s later.");
            }

            await Task.Delay(_options.ObserveInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Reply> RunAsync(IpmiConnection connection, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await RunOnceAsync(connection, command, cancellationToken).ConfigureAwait(false);
            if (reply.Failed is not { Failure: PowerFailure.Unreachable or PowerFailure.TimedOut } || attempt >= _options.Attempts)
                return reply;
            await Task.Delay(_options.RetryPause * (1 << (attempt - 1)), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Reply> RunOnceAsync(IpmiConnection connection, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var request = new ToolRequest(_options.Tool, [.. connection.Arguments, .. command], connection.Environment);
        using var timeout = new CancellationTokenSource(_options.CommandTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ToolOutcome outcome;
        try
        {
            outcome = await _tools.RunAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Reply.Failure(PowerFailure.TimedOut, $"ipmitool did not end within {_options.CommandTimeout.TotalSeconds:0} s.");
        }

        switch (outcome)
        {
            case ToolOutcome.NotStarted missing:
                return Reply.Failure(
                    PowerFailure.ToolMissing,
                    $"The program '{_options.Tool}' could not be started ({missing.Reason}). Debian: apt-get install ipmitool");
            case ToolOutcome.Exited { Code: 0 } done:
                return new Reply(done.Output, null);
            // The session stood, so that the credentials are right and one more try locks no account (ipmitool issue 376).
            case ToolOutcome.Exited refused when IpmiOutput.RefusesPrivilege(refused) && connection.LowerPrivilege():
                return await RunOnceAsync(connection, command, cancellationToken).ConfigureAwait(false);
            case ToolOutcome.Exited failed:
                var (failure, reason) = IpmiOutput.FailureIn(failed);
                return Reply.Failure(failure, $"{connection.Redact(reason)} {connection.Note}".TrimEnd());
            default:
                throw new UnreachableException();
        }
    }

    // Either what ipmitool printed, or why it failed.
    private readonly record struct Reply(string Output, PowerResult.Failed? Failed)
    {
        public static Reply Failure(PowerFailure failure, string reason) => new("", new PowerResult.Failed(failure, reason));
    }
}
