using System.Diagnostics;
using System.Globalization;
using System.Text;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Inventory;
using Maas.Core.Scripts;
using Maas.Core.Storage;

namespace Maas.Api.Metadata;

/// <summary>Tells the agent of the ephemeral environment what to do, and gives it the image to write.</summary>
internal static class AgentTask
{
    public static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        if (await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is not { } machine)
            return ApiResults.NotFound("Node");
        await request.ReportAddressAsync().ConfigureAwait(false);
        var task = Describe(machine, request.Prefix);
        if (machine.NextBoot is BootIntent.Install or BootIntent.Ephemeral { Task: EphemeralTask.Run }
            && await HasScriptsAsync(request, machine).ConfigureAwait(false))
            task += "has_scripts=true\n";
        return ApiResults.Text(task);
    }

    private static async Task<bool> HasScriptsAsync(ApiRequest request, Machine machine) =>
        (await request.Core.ScriptResults.ListAsync(machine.Id, request.Aborted).ConfigureAwait(false))
            .Any(result => result.OperationId == machine.OperationId && ScriptResult.Unfinished.Contains(result.Status));

    /// <summary>The image that the machine is to write or to run, and no other.</summary>
    public static async Task<ApiResult> ImageAsync(ApiRequest request)
    {
        var machine = await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        var image = machine?.NextBoot switch
        {
            BootIntent.Install install => install.Image,
            BootIntent.Ephemeral { Task: EphemeralTask.Run } => machine.Deployment?.Image,
            _ => null,
        };
        if (machine is null || image is null) return ApiResults.Text("No image is for this machine.", 404);
        try
        {
            return await request.Core.BootResources.OpenAsync(image, request.Aborted).ConfigureAwait(false) is { } bytes
                ? new ApiResult.Content(await ImageDelivery.BeginAsync(request, machine, bytes).ConfigureAwait(false))
                : ApiResults.Text($"The image {image.Name} is not here.", 404);
        }
        catch (ImageUnavailableException unavailable)
        {
            return ApiResults.Text(unavailable.Message, 503); // the agent asks again
        }
    }

    /// <summary>
    /// The steps that carry out the machine's storage configuration for a root archive: first its disks, each with what tells it from
    /// others. They are made of the configuration as it is now; one that became impossible is refused with the reasons.
    /// </summary>
    public static async Task<ApiResult> PlanAsync(ApiRequest request)
    {
        var machine = await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        if (machine is not { NextBoot: BootIntent.Install { Image.IsRootArchive: true }, Hardware: { } hardware })
            return ApiResults.Text("No root archive is to be unpacked on this machine.", 404);
        var config = await request.Core.NodeConfigs.GetAsync(machine, request.Aborted).ConfigureAwait(false);
        return DiskPlanner.Plan(config.Storage, hardware) switch
        {
            DiskPlanResult.Ready { Plan: var plan } => ApiResults.Text(string.Concat(plan.Disks.Select(LineOf)) + plan.ToText()),
            DiskPlanResult.Refused refused => ApiResults.Text(string.Join(' ', refused.Reasons), 409),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>The task as lines <c>key=value</c>; the agent reads them without a parser, so a value never holds a line break.</summary>
    internal static string Describe(Machine machine, string prefix)
    {
        var lines = new StringBuilder();
        void Add(string key, string value) => lines.Append(key).Append('=').Append(value.ReplaceLineEndings(" ")).Append('\n');

        // A destructive task is for this hardware: the agent compares it before the first write, and refuses where nothing is known. A
        // disk that does not show itself is not taken for an erased one.
        void AddHardware()
        {
            if (machine.Hardware is not { } hardware) return;
            var disks = hardware.Disks.Where(disk => disk is { Removable: false, Size: > 0 }).ToList();
            Add("hardware_uuid", hardware.Identity.Uuid);
            Add("known_disks", disks.Count.ToString(CultureInfo.InvariantCulture));
            foreach (var disk in disks) Add("known_disk", IdentityOf(disk));
        }

        void AddImage(ImageReference image)
        {
            Add("image_path", $"{prefix}/metadata/latest/maas-image");
            Add("image_sha256", image.Sha256);
            Add("image_size", image.Size.ToString(CultureInfo.InvariantCulture));
            Add("image_format", FormatOf(image.FileType));
        }

        switch (machine.NextBoot)
        {
            // Its scripts have ended: it is a person's until it is turned off.
            case BootIntent.Ephemeral { Task: EphemeralTask.PowerOff } or BootIntent.LocalDisk when machine.SshEnabledBy is not null:
                Add("task", "stay");
                break;
            case BootIntent.Install { Image: var image } when machine.Deployment is { } deployment:
                Add("task", "deploy");
                AddImage(image);
                if (image.IsRootArchive) Add("image_layout", "root");
                else Add("target_disk", TargetOf(machine, deployment.Disk));
                AddHardware();
                break;
            case BootIntent.Ephemeral { Task: EphemeralTask.Commission or EphemeralTask.Test }:
                Add("task", "commission");
                Add("wait", "poweroff");
                if (machine.SshEnabledBy is not null) Add("ssh", "true");
                break;
            case BootIntent.Ephemeral { Task: EphemeralTask.Release }:
                Add("task", "release");
                break;
            case BootIntent.Ephemeral { Task: EphemeralTask.Erase }:
                Add("task", "erase");
                Add("erase_mode", machine.Erase switch { EraseMode.Full => "full", EraseMode.Secure => "secure", _ => "quick" });
                AddHardware();
                break;
            case BootIntent.Ephemeral { Task: EphemeralTask.Rescue }:
                Add("task", "rescue");
                break;
            case BootIntent.Ephemeral { Task: EphemeralTask.Run }:
                Add("task", "run");
                if (machine.Deployment?.Image is { } archive) AddImage(archive);
                break;
            case BootIntent.Ephemeral { Task: EphemeralTask.PowerOff }:
                Add("task", "poweroff");
                break;
            default:
                Add("task", "none");
                break;
        }

        return lines.ToString();
    }

    // The inventory's disk of that name and serial number tells more of it.
    private static string TargetOf(Machine machine, InstallDisk target) =>
        IdentityOf(
            machine.Hardware?.Disks.FirstOrDefault(disk => disk.Name == target.Name && disk.Serial == target.Serial)
            ?? new Disk { Name = target.Name, Serial = target.Serial });

    private static string LineOf(PlannedDisk planned) => $"disk\t{planned.Key}\t{IdentityOf(planned.Disk).ReplaceLineEndings(" ")}\n";

    /// <summary>What tells a disk from others: fields in the inventory's own form, which the agent compares with what it reads.</summary>
    private static string IdentityOf(Disk disk) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"name={disk.Name}\tserial={disk.Serial}\twwid={disk.Wwid}\tsize={disk.Size}\tmodel={disk.Model}\tpath={disk.Path}");

    /// <summary>MAAS's file type in the agent's words; one it cannot write goes through, so that it can say so by name.</summary>
    private static string FormatOf(string fileType) => fileType switch
    {
        "ddraw" => "raw",
        "ddgz" => "gz",
        "ddxz" => "xz",
        "ddbz2" => "bz2",
        "ddzst" => "zst",
        "tgz" or "root-tgz" => "gz",
        "txz" => "xz",
        "tbz" => "bz2",
        "tzst" => "zst",
        _ => fileType,
    };
}
