using System.Diagnostics;
using Maas.Core.Power;
using Maas.Power;
using CorePowerState = Maas.Core.Power.MachinePowerState;
using CorePowerTarget = Maas.Core.Power.MachinePowerTarget;
using DriverPowerState = Maas.Power.PowerState;
using DriverPowerTarget = Maas.Power.PowerTarget;

namespace Maas.Hosting.Power;

/// <summary>Core's wish for power, carried out by the drivers of <c>Maas.Power</c>.</summary>
internal sealed class DriverPower(PowerDrivers drivers) : IMachinePower
{
    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes => drivers.PowerTypes;

    /// <inheritdoc/>
    public async Task<MachinePowerResult> TurnOnAsync(CorePowerTarget target, CancellationToken cancellationToken)
    {
        var machine = ForDriver(target);
        // Firmware that boots its disk first would never come to us; a driver that cannot say so leaves it to the boot order.
        var nextBoot = await drivers.SetNextBootAsync(machine, NextBoot.Network, cancellationToken).ConfigureAwait(false);
        // A second login would be refused, too, and bring the account nearer to being locked.
        if (nextBoot is PowerResult.Failed { Failure: PowerFailure.CredentialsRefused }) return ToReply(nextBoot);
        var reply = ToReply(await drivers.TurnOnAsync(machine, cancellationToken).ConfigureAwait(false));
        return (reply, nextBoot) switch
        {
            (MachinePowerResult.Done done, PowerResult.Failed refused) =>
                done with
                {
                    Note = "The machine's controller did not set its next boot to the network, and it boots as its firmware is set up: "
                        + refused.Reason
                },
            _ => reply,
        };
    }

    /// <inheritdoc/>
    public async Task<MachinePowerResult> TurnOffAsync(CorePowerTarget target, CancellationToken cancellationToken) =>
        ToReply(await drivers.TurnOffAsync(ForDriver(target), PowerOffMode.Hard, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<MachinePowerResult> ShutDownAsync(CorePowerTarget target, CancellationToken cancellationToken) =>
        ToReply(await drivers.TurnOffAsync(ForDriver(target), PowerOffMode.Soft, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<MachinePowerResult> QueryAsync(CorePowerTarget target, CancellationToken cancellationToken) =>
        ToReply(await drivers.QueryAsync(ForDriver(target), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public bool HasVirtualMedia(CorePowerTarget target) => drivers.HasVirtualMedia(ForDriver(target).PowerType);

    /// <inheritdoc/>
    public async Task<MachinePowerResult> BootMediaAsync(CorePowerTarget target, Uri image, CancellationToken cancellationToken)
    {
        var machine = ForDriver(target);
        // Without the image the machine would boot something else: it stays off.
        var inserted = await drivers.InsertMediaAsync(machine, image, cancellationToken).ConfigureAwait(false);
        return ToReply(
            inserted is PowerResult.Accepted
                ? await drivers.TurnOnAsync(machine, cancellationToken).ConfigureAwait(false)
                : inserted);
    }

    /// <inheritdoc/>
    public async Task<MachinePowerResult> EjectMediaAsync(CorePowerTarget target, CancellationToken cancellationToken) =>
        ToReply(await drivers.EjectMediaAsync(ForDriver(target), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public PowerSettingsFault? Validate(CorePowerTarget target)
    {
        var machine = ForDriver(target);
        if (drivers.Find(machine.PowerType) is null)
            return new PowerSettingsFault("power_type",
                $"Select a valid choice. {LogText.From(machine.PowerType, 64)} is not one of the available choices.");
        return drivers.Validate(machine) is { } reason ? new PowerSettingsFault("power_parameters", reason) : null;
    }

    /// <summary>
    /// Wake-on-LAN needs an address to wake: the machine's first interface, when the operator named none. A webhook gets the machine's
    /// system id.
    /// </summary>
    internal static DriverPowerTarget ForDriver(CorePowerTarget target)
    {
        var parameters = new Dictionary<string, string>(target.Power.Parameters, StringComparer.Ordinal);
        if (target.MacAddresses.Count > 0) parameters.TryAdd("mac_address", target.MacAddresses[0].ToString());
        if (target.Id != default) parameters.TryAdd("system_id", target.Id.ToString());
        return new DriverPowerTarget(target.Power.IsManual ? "manual" : target.Power.Type, parameters);
    }

    /// <summary>What a driver answered, in Core's words.</summary>
    internal static MachinePowerResult ToReply(PowerResult answer) => answer switch
    {
        PowerResult.Observed observed => new MachinePowerResult.Done(observed.Seen switch
        {
            DriverPowerState.On => CorePowerState.On,
            DriverPowerState.Off => CorePowerState.Off,
            _ => CorePowerState.Unknown,
        }),
        PowerResult.Accepted => new MachinePowerResult.Done(CorePowerState.Unknown),
        PowerResult.LeftToOperator left => new MachinePowerResult.Unsupported(left.What),
        PowerResult.Unsupported unsupported => new MachinePowerResult.Unsupported(unsupported.Reason),
        PowerResult.Failed failed => new MachinePowerResult.Failed(failed.Reason) { IsFinal = IsFinal(failed.Failure) },
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether a person has to change something before another attempt can have another end.</summary>
    private static bool IsFinal(PowerFailure failure) =>
        failure is PowerFailure.CredentialsRefused or PowerFailure.PermissionDenied or PowerFailure.BadParameters
            or PowerFailure.ToolMissing or PowerFailure.UnknownPowerType;
}
