using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Machines;

/// <summary>
/// What can be asked of a machine: one command each. Whether its state allows it is Core's to say; who may ask is said here.
/// </summary>
internal static class MachineOperations
{
    private const string Comment = ":param comment: a reason, for the journal.";

    internal static IReadOnlyDictionary<string, string> NoSsh { get; } = new Dictionary<string, string>
    {
        ["enable_ssh"] = "This server's ephemeral environment has no SSH server; use rescue_mode for a shell on the machine's console.",
    };

    internal static IReadOnlyDictionary<string, string> AlwaysChecked { get; } = new Dictionary<string, string>
    {
        ["power_parameters_skip_check"] = "This server always checks power parameters.",
    };

    internal static IReadOnlyDictionary<string, string> NoBridges { get; } = new Dictionary<string, string>
    {
        ["bridge_all"] = NetworkIsTheImages,
        ["bridge_type"] = NetworkIsTheImages,
        ["bridge_stp"] = NetworkIsTheImages,
        ["bridge_fd"] = NetworkIsTheImages,
    };

    private const string NetworkIsTheImages = "This server does not configure the network of deployed systems.";
    private const string NoVirtualMachines = "This server manages no virtual machine hosts.";

    private static IReadOnlyDictionary<string, string> NotDeployed { get; } = new Dictionary<string, string>(NoBridges)
    {
        ["ephemeral_deploy"] = "This server installs to a disk.",
        ["enable_hw_sync"] = "This server does not synchronise the hardware of deployed machines.",
        ["enable_kernel_crash_dump"] = "This server does not configure the kernel of deployed systems.",
        ["register_vmhost"] = NoVirtualMachines,
        ["install_kvm"] = NoVirtualMachines,
        ["install_rackd"] = "This server has no rack controllers.",
        ["license_key"] = "This server does not pass licence keys on.",
        ["vcenter_registration"] = "This server does not register machines with vCenter.",
    };

    public static IReadOnlyList<ApiAction> Actions { get; } =
    [
        Operation("commission", ApiAccess.Administrator, Commission, $"""
            Take inventory of a machine and run its tests.

            {Comment}
            :param skip_bmc_config: accepted; power settings are never taken from the machine.
            :param skip_networking: accepted; the network is left as it is.
            :param skip_storage: accepted; the disks are left as they are.
            :param commissioning_scripts: names or tags of scripts; the inventory is always taken.
            :param testing_scripts: names or tags of tests, none for no test; without it, all of them.
            """) with { Unsupported = NoSsh },
        Operation("test", ApiAccess.Administrator, Test, $"""
            Run a machine's tests.

            {Comment}
            :param testing_scripts: names or tags of tests, none for no test; without it, all of them.
            """) with { Unsupported = NoSsh },
        Operation("deploy", ApiAccess.User, Deploy, $"""
            Install a machine. A free one is allocated to you first.

            {Comment}
            :param distro_series: the system, noble or ubuntu/noble; without it, the newest image there is.
            :param osystem: the family of the system.
            :param user_data: what cloud-init gets, as it is or in base64.
            :param hwe_kernel: the kernel; kept and shown, for the image brings its own.
            :param agent_name: what the client calls itself.
            """, user => user.MayTake) with { Unsupported = NotDeployed },
        Operation("release", ApiAccess.User, Release, $"""
            Give a machine back.

            {Comment}
            :param erase: whether to erase its disks first.
            :param secure_erase: by the disks' own secure erase.
            :param quick_erase: only where systems and partitions begin.
            :param force: accepted, and without meaning here.
            """) with
            {
                Unsupported = new Dictionary<string, string> { ["scripts"] = "This server runs no scripts when a machine is released." }
            },
        Operation("abort", ApiAccess.User, _ => new MachineCommand.Abort(), $"""
            Stop what a machine is busy with.

            {Comment}
            """),
        Operation("power_on", ApiAccess.User, form => new MachineCommand.TurnOn { UserData = form.UserData() }, $"""
            Turn a machine on.

            {Comment}
            :param user_data: what cloud-init gets, as it is or in base64.
            """),
        Operation("power_off", ApiAccess.User, TurnOff, $"""
            Turn a machine off.

            {Comment}
            :param stop_mode: hard cuts the power, soft asks the operating system to shut down.
            """),
        Operation(
            "mark_broken",
            ApiAccess.User,
            form => new MachineCommand.MarkBroken { Comment = form.Optional("error_description") },
            $"""
            Mark a machine broken.

            {Comment}
            :param error_description: the same under its old name.
            """),
        Operation("mark_fixed", ApiAccess.Administrator, _ => new MachineCommand.MarkFixed(), $"""
            Mark a machine whole again.

            {Comment}
            """),
        Operation("override_failed_testing", ApiAccess.User, _ => new MachineCommand.OverrideFailedTesting(), $"""
            Accept a machine in spite of failed tests.

            {Comment}
            """),
        Operation("rescue_mode", ApiAccess.Administrator, _ => new MachineCommand.EnterRescueMode(), $"""
            Boot a machine for a person to look at.

            {Comment}
            """),
        Operation("exit_rescue_mode", ApiAccess.Administrator, _ => new MachineCommand.ExitRescueMode(), $"""
            End that.

            {Comment}
            """),
        Operation("lock", ApiAccess.User, _ => new MachineCommand.Lock(), $"""
            Refuse changes to a machine.

            {Comment}
            """),
        Operation("unlock", ApiAccess.User, _ => new MachineCommand.Unlock(), $"""
            Allow them again.

            {Comment}
            """),
    ];

    internal static MachineCommand.Commission Commission(FormReader form)
    {
        foreach (var flag in (ReadOnlySpan<string>)["skip_bmc_config", "skip_networking", "skip_storage"]) _ = form.Boolean(flag);
        _ = form.Scripts("commissioning_scripts", ScriptKind.Commissioning);
        return new MachineCommand.Commission { TestingScripts = form.Scripts("testing_scripts", ScriptKind.Testing) };
    }

    private static MachineCommand.Test Test(FormReader form) =>
        new() { TestingScripts = form.Scripts("testing_scripts", ScriptKind.Testing) };

    private static MachineCommand.Deploy Deploy(FormReader form) => new(Owner: "")
    {
        OsSystem = form.Optional("osystem") ?? "",
        DistroSeries = form.Optional("distro_series") ?? "",
        HweKernel = form.Optional("hwe_kernel") ?? "",
        AgentName = form.Optional("agent_name"),
        UserData = form.UserData(),
    };

    private static MachineCommand.TurnOff TurnOff(FormReader form)
    {
        var mode = form.Optional("stop_mode") ?? "hard";
        if (mode is not ("hard" or "soft"))
            form.Refuse("stop_mode", $"'{LogText.From(mode, 64)}' is not one of the available choices: hard, soft.");
        return new MachineCommand.TurnOff { Soft = mode == "soft" };
    }

    private static MachineCommand.Release Release(FormReader form)
    {
        foreach (var flag in (ReadOnlySpan<string>)["erase", "secure_erase", "quick_erase", "force"]) _ = form.Boolean(flag);
        return new();
    }

    /// <summary>
    /// How the disks are erased; null for not at all. The setting that erases always is Core's to apply, but the request chooses how.
    /// </summary>
    private static async Task<EraseMode?> EraseModeAsync(ApiRequest request, FormReader form)
    {
        var settings = request.Core.Settings;
        var always = await settings.GetAsync(SettingCatalogue.EraseOnRelease, request.Aborted).ConfigureAwait(false) == "true";
        return always || form.Boolean("erase") is true
            ? await settings.GetEraseModeAsync(form.Boolean("secure_erase"), form.Boolean("quick_erase"), request.Aborted)
                .ConfigureAwait(false)
            : null;
    }

    private static ApiAction Operation(
        string op,
        ApiAccess access,
        Func<FormReader, MachineCommand> read,
        string doc,
        Func<User, Func<Machine, bool>>? may = null) =>
        ApiAction.Post(op, access, request => RunAsync(request, read, may ?? (user => user.MayEdit)), doc) with
        {
            LongestForm = op is "deploy" or "power_on" ? FormLimits.UserData : FormLimits.Usual,
        };

    private static async Task<ApiResult> RunAsync(
        ApiRequest request,
        Func<FormReader, MachineCommand> read,
        Func<User, Func<Machine, bool>> may)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        if (!may(request.User)(machine)) return MachinePermissions.Denied;
        var form = request.Reader();
        var command = read(form);
        if (form.HasErrors) return form.BadRequest();
        if (command is MachineCommand.Release release)
            command = release with { Erase = await EraseModeAsync(request, form).ConfigureAwait(false) };
        if (command is MachineCommand.Deploy deploy)
            command = deploy with { Owner = machine.Owner ?? request.User.Name, TokenKey = (request.Caller as Caller.OfUser)?.TokenKey };
        return await request.ExecuteAsync(machine.Id, command).ConfigureAwait(false);
    }
}
