using Maas.Api.Answers;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core.Accounts;
using Maas.Core.Fleet;
using Maas.Core.Lifecycle;

namespace Maas.Api.Machines;

/// <summary>What can be asked of a machine: one command each. Whether its state allows it is Core's to say; who may ask is said here.</summary>
internal static class MachineOperations
{
    private const string Comment = ":param comment: a reason, for the journal.";

    public static IReadOnlyList<ApiAction> Actions { get; } =
    [
        Operation("commission", Access.Administrator, Commission, $"""
            Take inventory of a machine and run its tests.

            {Comment}
            :param enable_ssh: accepted; the environment powers off when it is done.
            :param skip_bmc_config: accepted; power settings are never taken from the machine.
            :param skip_networking: accepted; the network is left as it is.
            :param skip_storage: accepted; the disks are left as they are.
            :param commissioning_scripts: accepted; all built-in scripts run.
            :param testing_scripts: accepted; all built-in tests run.
            """),
        Operation("test", Access.Administrator, Test, $"""
            Run a machine's tests.

            {Comment}
            :param enable_ssh: accepted.
            :param testing_scripts: accepted; all built-in tests run.
            """),
        Operation("deploy", Access.User, Deploy, $"""
            Install a machine. A free one is allocated to you first.

            {Comment}
            :param distro_series: the system, noble or ubuntu/noble; without it, the newest image there is.
            :param osystem: the family of the system.
            :param user_data: what cloud-init gets, in base64.
            :param hwe_kernel: the kernel.
            :param agent_name: what the client calls itself.
            """, user => user.MayTake),
        Operation("release", Access.User, Release, $"""
            Give a machine back.

            {Comment}
            :param erase: whether to erase its disks first.
            :param secure_erase: by the disks' own secure erase.
            :param quick_erase: only where systems and partitions begin.
            :param force: accepted, and without meaning here.
            """),
        Operation("abort", Access.User, _ => new MachineCommand.Abort(), $"""
            Stop what a machine is busy with.

            {Comment}
            """),
        Operation("power_on", Access.User, form => new MachineCommand.TurnOn { UserData = form.UserData() }, $"""
            Turn a machine on.

            {Comment}
            :param user_data: what cloud-init gets, in base64.
            """),
        Operation("power_off", Access.User, _ => new MachineCommand.TurnOff(), $"""
            Turn a machine off.

            {Comment}
            :param stop_mode: hard or soft; accepted.
            """),
        Operation("mark_broken", Access.User, form => new MachineCommand.MarkBroken { Comment = form.Optional("error_description") }, $"""
            Mark a machine broken.

            {Comment}
            :param error_description: the same under its old name.
            """),
        Operation("mark_fixed", Access.Administrator, _ => new MachineCommand.MarkFixed(), $"""
            Mark a machine whole again.

            {Comment}
            """),
        Operation("override_failed_testing", Access.User, _ => new MachineCommand.OverrideFailedTesting(), $"""
            Accept a machine in spite of failed tests.

            {Comment}
            """),
        Operation("rescue_mode", Access.Administrator, _ => new MachineCommand.EnterRescueMode(), "Boot a machine for a person to look at."),
        Operation("exit_rescue_mode", Access.Administrator, _ => new MachineCommand.ExitRescueMode(), "End that."),
        Operation("lock", Access.User, _ => new MachineCommand.Lock(), $"""
            Refuse changes to a machine.

            {Comment}
            """),
        Operation("unlock", Access.User, _ => new MachineCommand.Unlock(), $"""
            Allow them again.

            {Comment}
            """),
    ];

    private static MachineCommand.Commission Commission(FormReader form) => new();

    private static MachineCommand.Test Test(FormReader form) => new();

    private static MachineCommand.Deploy Deploy(FormReader form)
    {
        if (form.Boolean("ephemeral_deploy") is true) form.Refuse("ephemeral_deploy", "This server installs to a disk.");
        return new MachineCommand.Deploy(Owner: "")
        {
            OsSystem = form.Optional("osystem") ?? "",
            DistroSeries = form.Optional("distro_series") ?? "",
            HweKernel = form.Optional("hwe_kernel") ?? "",
            AgentName = form.Optional("agent_name"),
            UserData = form.UserData(),
        };
    }

    private static MachineCommand.Release Release(FormReader form) => new() { Erase = form.Erase() };

    private static ApiAction Operation(string op, Access access, Func<FormReader, MachineCommand> read, string doc, Func<User, Func<Machine, bool>>? may = null) =>
        ApiAction.Post(op, access, request => RunAsync(request, read, may ?? (user => user.MayEdit)), doc) with
        {
            LongestForm = op is "deploy" or "power_on" ? ApiAction.UserDataForm : ApiAction.UsualForm,
        };

    private static async Task<ApiAnswer> RunAsync(ApiRequest request, Func<FormReader, MachineCommand> read, Func<User, Func<Machine, bool>> may)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return Answer.NotFound("Machine");
        if (!may(request.User)(machine)) return MachinePermissions.Denied;
        var form = request.Reader();
        var command = read(form);
        if (form.HasErrors) return Answer.BadForm(form);
        if (command is MachineCommand.Deploy deploy)
            command = deploy with { Owner = machine.Owner ?? request.User.Name, TokenKey = (request.Caller as Caller.OfUser)?.TokenKey };
        return await request.ExecuteAsync(machine.Id, command).ConfigureAwait(false);
    }
}
