using System.Collections.ObjectModel;
using System.Diagnostics;
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
    private static readonly ApiArgument Comment = ApiArgument.Text("comment", "a reason, for the journal.");

    private static readonly ApiArgument Tests =
        ApiArgument.Texts(
            "testing_scripts", "names, ids or tags of tests, none for no test; without it, those with the tag commissioning.");

    private static readonly ApiArgument Values = ApiArgument.Text(
        "parameters", "a JSON object with values of scripts' parameters; a value may also be an argument of its own, PARAMETER or "
            + "SCRIPT_PARAMETER.");

    private static readonly ApiArgument Ssh = ApiArgument.Flag(
        "enable_ssh", "whether the machine has an SSH server for your keys, and stays on when its scripts have ended.");

    internal static IReadOnlyDictionary<string, string> AlwaysChecked { get; } = new Dictionary<string, string>
    {
        ["power_parameters_skip_check"] = "This server always checks power parameters.",
    };

    /// <summary>MAAS's name of its release script that erases; here erasing is no script.</summary>
    private const string WipeDisks = "wipe-disks";

    private const string NoVirtualMachines = "This server manages no virtual machine hosts.";

    private static IReadOnlyDictionary<string, string> NotDeployed { get; } = new Dictionary<string, string>
    {
        ["enable_kernel_crash_dump"] = "This server does not configure the kernel of deployed systems.",
        ["register_vmhost"] = NoVirtualMachines,
        ["install_kvm"] = NoVirtualMachines,
        ["install_rackd"] = "This server has no rack controllers.",
        ["license_key"] = "This server does not pass licence keys on.",
        ["vcenter_registration"] = "This server does not register machines with vCenter.",
    };

    public static IReadOnlyList<ApiAction> Actions { get; } =
    [
        Operation("commission", ApiAccess.Administrator, Commission, "Take inventory of a machine and run its tests.")
            .With(
                Comment,
                ApiArgument.Flag("skip_bmc_config", "whether the management controller (BMC) and the power type stay as they are."),
                ApiArgument.Flag("skip_networking", "whether the configuration of the interfaces stays as it is."),
                ApiArgument.Flag("skip_storage", "whether the configuration of the storage stays as it is; otherwise it begins anew."),
                ApiArgument.Texts("commissioning_scripts", "names, ids or tags of scripts; the inventory is always taken."),
                Ssh,
                Tests,
                Values) with { TakesAnyArgument = true },
        Operation("test", ApiAccess.Administrator, Test, "Run a machine's tests.")
            .With(Comment, Ssh, Tests, Values) with { TakesAnyArgument = true },
        Operation("deploy", ApiAccess.User, Deploy, "Install a machine. A free one is allocated to you first.", user => user.MayTake)
            .With(
            [
                Comment,
                ApiArgument.Text("distro_series", "the system, noble or ubuntu/noble; without it, the newest image there is."),
                ApiArgument.Text("osystem", "the family of the system."),
                ApiArgument.Text("user_data", "what cloud-init gets, as it is or in base64."),
                ApiArgument.Text("hwe_kernel", "the kernel; kept and shown, for the image brings its own."),
                .. Allocation.BridgeArguments,
                ApiArgument.Flag(
                    "ephemeral_deploy",
                    "whether the system runs in memory and no disk is written: a root archive, or the ephemeral environment itself."),
                ApiArgument.Flag("enable_hw_sync", "whether the installed system reports its hardware from time to time."),
                ApiArgument.Text("agent_name", "what the client calls itself."),
                ApiArgument.Texts(
                    "deployment_scripts",
                    "names, ids or tags of deployment scripts, none for none; without it, all without the tag noauto."),
                ApiArgument.Flag(
                    "hand_over", "whether the machine is handed over as soon as cloud-init has finished. MAAS has no such argument."),
            ]) with { Unsupported = NotDeployed },
        Operation("release", ApiAccess.User, Release, "Give a machine back.")
            .With(
                Comment,
                ApiArgument.Flag("erase", "whether to erase its disks first."),
                ApiArgument.Flag("secure_erase", "by the disks' own secure erase."),
                ApiArgument.Flag("quick_erase", "only where systems and partitions begin."),
                ApiArgument.Flag("force", "accepted, and without meaning here."),
                ApiArgument.Texts(
                    "scripts", "names, ids or tags of release scripts, which run before the disks are erased; wipe-disks erases them."),
                Values) with { TakesAnyArgument = true },
        Operation("abort", ApiAccess.User, _ => new MachineCommand.Abort(), "Stop what a machine is busy with.")
            .With(Comment),
        Operation("power_on", ApiAccess.User, form => new MachineCommand.TurnOn { UserData = form.UserData() }, "Turn a machine on.")
            .With(Comment, ApiArgument.Text("user_data", "what cloud-init gets, as it is or in base64.")),
        Operation("power_off", ApiAccess.User, TurnOff, "Turn a machine off.")
            .With(Comment, ApiArgument.Choice(
                "stop_mode", "hard cuts the power, soft asks the operating system to shut down.", "hard", "soft")),
        Operation(
            "mark_broken",
            ApiAccess.User,
            form => new MachineCommand.MarkBroken { Comment = form.Optional("error_description") },
            "Mark a machine broken.")
            .With(Comment, ApiArgument.Text("error_description", "the same under its old name.")),
        Operation("mark_fixed", ApiAccess.Administrator, _ => new MachineCommand.MarkFixed(), "Mark a machine whole again.")
            .With(Comment),
        Operation("override_failed_testing", ApiAccess.User, _ => new MachineCommand.OverrideFailedTesting(),
            "Accept a machine in spite of failed tests.")
            .With(Comment),
        Operation("rescue_mode", ApiAccess.Administrator, _ => new MachineCommand.EnterRescueMode(),
            "Boot a machine for a person to look at.")
            .With(Comment),
        Operation("exit_rescue_mode", ApiAccess.Administrator, _ => new MachineCommand.ExitRescueMode(), "End that.")
            .With(Comment),
        Operation("boot_media", ApiAccess.Administrator, BootMedia,
            "Restart a machine from an ISO image that its controller has as virtual media, once. It is ejected on release.")
            .With(Comment, ApiArgument.Text("iso", "the image: a http or https URL that the controller fetches it from.").Required()),
        Operation("eject_media", ApiAccess.Administrator, _ => new MachineCommand.EjectMedia(),
            "Take the image out of the virtual drive of a machine.")
            .With(Comment),
        Operation("lock", ApiAccess.User, _ => new MachineCommand.Lock(), "Refuse changes to a machine.")
            .With(Comment),
        Operation("unlock", ApiAccess.User, _ => new MachineCommand.Unlock(), "Allow them again.")
            .With(Comment),
    ];

    internal static MachineCommand.Commission Commission(FormReader form)
    {
        return Skips(form) with
        {
            CommissioningScripts = form.Scripts("commissioning_scripts"), TestingScripts = form.Scripts("testing_scripts"),
        };
    }

    /// <summary>What commissioning leaves as it is, and whether a person may sign in.</summary>
    internal static MachineCommand.Commission Skips(FormReader form) => new()
    {
        SkipNetworking = form.Boolean("skip_networking") ?? false,
        SkipStorage = form.Boolean("skip_storage") ?? false,
        SkipBmcConfig = form.Boolean("skip_bmc_config") ?? false,
        EnableSsh = form.Boolean("enable_ssh") ?? false,
    };

    private static MachineCommand.Test Test(FormReader form) =>
        new() { TestingScripts = form.Scripts("testing_scripts"), EnableSsh = form.Boolean("enable_ssh") ?? false };

    private static MachineCommand.Deploy Deploy(FormReader form) => new(Owner: "")
    {
        OsSystem = form.Optional("osystem") ?? "",
        DistroSeries = form.Optional("distro_series") ?? "",
        HweKernel = form.Optional("hwe_kernel") ?? "",
        AgentName = form.Optional("agent_name"),
        HandOver = form.Boolean("hand_over") ?? false,
        Ephemeral = form.Boolean("ephemeral_deploy") ?? false,
        Bridges = Allocation.Bridges(form),
        UserData = form.UserData(),
        DeploymentScripts = form.Scripts("deployment_scripts"),
        SyncHardware = form.Boolean("enable_hw_sync") ?? false,
    };

    private static MachineCommand.TurnOff TurnOff(FormReader form)
    {
        var mode = form.Optional("stop_mode") ?? "hard";
        if (mode is not ("hard" or "soft"))
            form.Refuse("stop_mode", $"'{LogText.From(mode, 64)}' is not one of the available choices: hard, soft.");
        return new MachineCommand.TurnOff { Soft = mode == "soft" };
    }

    private static MachineCommand BootMedia(FormReader form)
    {
        if (form.Optional("iso") is not { } text) form.Refuse("iso", "This field is required.");
        else if (MachineCommand.BootMedia.TryParseImage(text, out var image, out var problem) && image is not null)
            return new MachineCommand.BootMedia(image);
        else form.Refuse("iso", problem);
        return new MachineCommand.QueryPower(); // the form has an error and is refused
    }

    private static MachineCommand.Release Release(FormReader form)
    {
        foreach (var flag in (ReadOnlySpan<string>)["erase", "secure_erase", "quick_erase", "force"]) _ = form.Boolean(flag);
        return new() { Scripts = [.. (form.Scripts("scripts") ?? []).Where(script => script != WipeDisks)] };
    }

    /// <summary>
    /// How the disks are erased; null for not at all. The setting that erases always is Core's to apply, but the request chooses how.
    /// </summary>
    private static async Task<EraseMode?> EraseModeAsync(ApiRequest request, FormReader form)
    {
        var settings = request.Core.Settings;
        var always = await settings.GetAsync(SettingCatalogue.EraseOnRelease, request.Aborted).ConfigureAwait(false) == "true";
        return always || form.Boolean("erase") is true || form.List("scripts").Contains(WipeDisks)
            ? await settings.GetEraseModeAsync(form.Boolean("secure_erase"), form.Boolean("quick_erase"), request.Aborted)
                .ConfigureAwait(false)
            : null;
    }

    /// <summary>
    /// The command with the values of its scripts' parameters. What is wrong with scripts and values is an error of the form.
    /// </summary>
    internal static async Task<MachineCommand> WithScriptsAsync(
        ApiRequest request, FormReader form, Machine? machine, MachineCommand command)
    {
        if (command is not (MachineCommand.Commission or MachineCommand.Test or MachineCommand.Release
            or MachineCommand.Deploy { DeploymentScripts: not null })) return command;
        var values = request.Endpoint.Action.TakesAnyArgument
            ? form.ScriptValues(request.Endpoint.Action) : ReadOnlyDictionary<string, string>.Empty;
        var (complete, selections) = command switch
        {
            MachineCommand.Commission commission => (
                (MachineCommand)(commission with { ScriptValues = values }),
                new ScriptSelection[]
                {
                    new(ScriptKind.Commissioning, commission.CommissioningScripts), new(ScriptKind.Testing, commission.TestingScripts),
                }),
            MachineCommand.Test test => (test with { ScriptValues = values }, [new(ScriptKind.Testing, test.TestingScripts)]),
            MachineCommand.Release release => (
                release with { ScriptValues = values }, [new(ScriptKind.Release, release.Scripts)]),
            MachineCommand.Deploy deploy => (deploy, [new(ScriptKind.Deployment, deploy.DeploymentScripts)]),
            _ => throw new UnreachableException(),
        };
        if (values.Count == 0 && selections.All(selection => selection.Words is null)) return complete;
        var plan = await request.Core.NodeScripts.PlanAsync(
            new ScriptRequest { Selections = selections, Values = values }, machine?.Hardware, request.Aborted).ConfigureAwait(false);
        foreach (var (field, reason) in plan.Errors) form.Refuse(field, reason);
        return complete;
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
        command = await WithScriptsAsync(request, form, machine, command).ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();
        if (command is MachineCommand.Release release)
            command = release with { Erase = await EraseModeAsync(request, form).ConfigureAwait(false) };
        if (command is MachineCommand.Deploy deploy)
            command = deploy with { Owner = machine.Owner ?? request.User.Name, TokenKey = (request.Caller as Caller.OfUser)?.TokenKey };
        return await request.ExecuteAsync(machine.Id, command).ConfigureAwait(false);
    }
}
