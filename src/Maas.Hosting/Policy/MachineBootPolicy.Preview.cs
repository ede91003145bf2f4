using System.Net;
using Maas.Boot;
using Maas.Boot.Scripts;
using Maas.Core;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;

namespace Maas.Hosting.Policy;

/// <content>What a machine would receive, decided as for a request, without a token and without a log line.</content>
internal sealed partial class MachineBootPolicy : IBootPreview
{
    private static readonly (string Request, BootArchitecture Firmware, bool IsHttp)[] Firmwares =
    [
        ("BIOS PXE", BootArchitecture.X86Bios, false),
        ("UEFI PXE, x64", BootArchitecture.X64Uefi, false),
        ("UEFI PXE, arm64", BootArchitecture.Arm64Uefi, false),
        ("UEFI HTTP boot, x64", BootArchitecture.X64UefiHttp, true),
        ("UEFI HTTP boot, arm64", BootArchitecture.Arm64UefiHttp, true),
    ];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BootPreviewEntry>> PreviewAsync(Machine machine, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var script = BootChoice.For(
            machine.NextBoot,
            new BootClient(BootPhase.Script, null, ArchitectureOf(machine), environment.Architectures, HasProgram: false));
        return
        [
            .. Firmwares.Select(each => PreviewFirmware(machine, each.Request, each.Firmware, each.IsHttp)),
            .. await PreviewScriptsAsync(machine, script, cancellationToken).ConfigureAwait(false),
            new BootPreviewEntry(
                "kernel command line",
                script is BootChoice.Environment { NeedsToken: var needsToken } && FilesFor(machine) is { } files && web.IsKnown
                    ? await CommandLineAsync(machine, files, needsToken, cancellationToken).ConfigureAwait(false)
                    : null,
                script.Rule),
        ];
    }

    private BootPreviewEntry PreviewFirmware(Machine machine, string request, BootArchitecture firmware, bool isHttp)
    {
        var choice = BootChoice.For(
            machine.NextBoot,
            new BootClient(
                BootPhase.Discovery, firmware, FirmwareArchitecture.NameOf(firmware), environment.Architectures, HasProgramFor(firmware)));
        var program = options.Programs[firmware];
        return choice switch
        {
            BootChoice.Environment when WhyNoEnvironment(FirmwareArchitecture.NameOf(firmware)) is { } missing =>
                new BootPreviewEntry(request, null, missing),
            BootChoice.Installer when WhyNoInstaller(machine) is { } missing => new BootPreviewEntry(request, null, missing),
            BootChoice.Nothing or BootChoice.NotServed => new BootPreviewEntry(request, null, choice.Rule),
            _ when program is null => new BootPreviewEntry(request, null, $"no boot program is set for {firmware}"),
            // It comes after PXE in the boot order, and would hang instead of handing on to the disk.
            BootChoice.Fixed { Instruction: BootInstruction.LocalDisk } when isHttp =>
                new BootPreviewEntry(request, null, $"{choice.Rule}: HTTP boot gets an address and no boot file"),
            _ => new BootPreviewEntry(request, $"{program} by {(isHttp ? "HTTP" : "TFTP")}", choice.Rule),
        };
    }

    /// <inheritdoc/>
    public Uri? FindServerAddress(Machine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return web.IsKnown && AddressFor(machine) is { } address ? ServerFor(address) : null;
    }

    // That of the link on which the machine was seen last.
    private IPAddress? AddressFor(Machine machine) =>
        (machine.IpAddresses.Count > 0 && IPAddress.TryParse(machine.IpAddresses[0], out var seen) ? links.Find(seen) : null)
            ?.Network.Address ?? links.AddressFor(null);

    private async Task<IEnumerable<BootPreviewEntry>> PreviewScriptsAsync(
        Machine machine, BootChoice choice, CancellationToken cancellationToken)
    {
        var entry = PreviewScript(machine, choice);
        var instruction = entry.Answer is null ? null
            : await PreviewInstructionAsync(machine, choice, cancellationToken).ConfigureAwait(false);
        return ScriptNames.Select(each => Written(entry with { Request = each.Value }, each.Key, instruction));
    }

    private static BootPreviewEntry Written(BootPreviewEntry entry, BootScriptDialect dialect, BootInstruction? instruction)
    {
        if (instruction is null) return entry;
        try
        {
            return entry with { Text = Without(new Secret(NoToken), BootScript.Write(dialect, instruction)) };
        }
        catch (BootScriptException unwritable)
        {
            return entry with { Answer = null, Rule = unwritable.Message };
        }
    }

    private async Task<BootInstruction?> PreviewInstructionAsync(Machine machine, BootChoice choice, CancellationToken cancellationToken)
    {
        var address = machine.MacAddresses.Count > 0 ? machine.MacAddresses[0] : default;
        var (server, token) = (AddressFor(machine), new Secret(NoToken));
        var tagOptions = await TagOptionsAsync(machine, cancellationToken).ConfigureAwait(false);
        return choice switch
        {
            BootChoice.Fixed { Instruction: var instruction } => instruction,
            BootChoice.Environment { NeedsToken: true } =>
                Kernel(server, address, FilesFor(machine), token, ToolsFor(machine), tagOptions),
            BootChoice.Environment => Kernel(server, address, FilesFor(machine), token: null, EphemeralTools.None),
            BootChoice.Installer when installers?.Find(machine) is { } recipe =>
                InstallerBoots.For(recipe.Boot, Places(server, address, machine, recipe, token, tagOptions)),
            _ => null,
        };
    }

    private BootPreviewEntry PreviewScript(Machine machine, BootChoice choice) => choice switch
    {
        BootChoice.Installer when WhyNoInstaller(machine) is { } missing => new BootPreviewEntry("iPXE script", null, missing),
        BootChoice.Installer => new BootPreviewEntry("iPXE script", $"the installer of {machine.Deployment?.Recipe}", choice.Rule),
        BootChoice.Environment when WhyNoEnvironment(ArchitectureOf(machine)) is { } missing =>
            new BootPreviewEntry("iPXE script", null, missing),
        BootChoice.Environment { NeedsToken: var needsToken } => new BootPreviewEntry(
            "iPXE script", $"kernel {FilesFor(machine)?.Kernel}, initrd {string.Join(", ", RamDisksFor(machine))}",
            needsToken ? $"{choice.Rule}; a client that is seen at its address receives it" : choice.Rule),
        BootChoice.Fixed { Instruction: BootInstruction.LocalDisk } => new BootPreviewEntry("iPXE script", "local disk", choice.Rule),
        BootChoice.Fixed => new BootPreviewEntry("iPXE script", "power off", choice.Rule),
        _ => new BootPreviewEntry("iPXE script", null, choice.Rule),
    };

    private static string ArchitectureOf(Machine machine) => machine.Architecture.Split('/')[0];

    private EphemeralFileNames? FilesFor(Machine machine) => environment.FilesFor(ArchitectureOf(machine));

    private IReadOnlyList<string> RamDisksFor(Machine machine) => FilesFor(machine)?.InitialRamDisks(ToolsFor(machine)) ?? [];

    private string? WhyNoInstaller(Machine machine) =>
        installers?.Find(machine) is null ? "this server does not have the recipe"
        : !web.IsKnown ? "machines cannot reach the web server"
        : null;

    private string? WhyNoEnvironment(string architecture) =>
        environment.FilesFor(architecture) is null ? "the ephemeral environment is not ready"
        : !web.IsKnown ? "machines cannot reach the web server"
        : null;

    private async Task<string> CommandLineAsync(
        Machine machine, EphemeralFileNames files, bool needsToken, CancellationToken cancellationToken)
    {
        var address = machine.MacAddresses.Count > 0 ? machine.MacAddresses[0] : default;
        return CommandLine(
            files, AddressFor(machine), address, needsToken ? new Secret("***") : null,
            [options.KernelOptions, .. needsToken ? await TagOptionsAsync(machine, cancellationToken).ConfigureAwait(false) : []]);
    }
}
