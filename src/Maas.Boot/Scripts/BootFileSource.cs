using System.Text;
using Maas.Boot.Diagnostics;
using Maas.Boot.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Scripts;

/// <summary>Everything a booting machine may fetch: first the scripts that Boot writes itself, then the application's files.</summary>
/// <remarks>
/// TFTP and HTTP serve the same source, so a script names its kernel relative to itself and never says over which
/// protocol. A script is written on each request, from the policy's answer at that moment, and stored nowhere.
/// When the policy has no answer for a script's name, the application's files are asked for it like for any other. One script is
/// the same for all: <c>grub/grub.cfg</c>, which leads a signed GRUB to its machine's own; an application's file of that name goes before
/// it. U-Boot asks for all initial ram disks of its script by one name, separated by commas: up to four of the application's files are
/// served as one, if no file has that name.
/// </remarks>
/// <param name="policy">Says what each machine boots.</param>
/// <param name="files">The application's files.</param>
/// <param name="observer">Told of every script served; none by default.</param>
/// <param name="timeProvider">The clock of the observations; the system's by default.</param>
/// <param name="logger">Told of instructions that cannot be written as scripts.</param>
public sealed partial class BootFileSource(
    IBootPolicy policy,
    IBootFiles files,
    IBootObserver? observer = null,
    TimeProvider? timeProvider = null,
    ILogger<BootFileSource>? logger = null) : IBootFiles
{
    private const int MostJoined = 4;

    private readonly ILogger _logger = logger ?? NullLogger<BootFileSource>.Instance;
    private readonly SafeObserver? _observer = SafeObserver.Around(observer, logger ?? NullLogger<BootFileSource>.Instance);

    /// <inheritdoc/>
    /// <exception cref="BootScriptException">The policy's instruction cannot be written safely in the boot program's language.</exception>
    public async ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        if (BootScriptName.TryParse(request.Name, out var script)
            && await policy.DecideAsync(Question(script, request), cancellationToken).ConfigureAwait(false) is { } instruction)
        {
            return Script(script, instruction, request);
        }

        return await files.OpenAsync(request, cancellationToken).ConfigureAwait(false) is { } file ? file
            : request.Name.Equals(GrubConfig.CommonName, StringComparison.OrdinalIgnoreCase)
                ? BootFile.FromBytes(GrubConfig.Common.ToArray())
            : await JoinAsync(request, cancellationToken).ConfigureAwait(false);
    }

    // pxelinux separates initial ram disks by commas and fetches each; U-Boot takes the whole line for the name of one file.
    private async ValueTask<BootFile?> JoinAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        var names = request.Name.Split(',');
        if (names.Length is < 2 or > MostJoined) return null;
        var parts = new List<BootFile>(names.Length);
        try
        {
            foreach (var each in names)
            {
                if (!BootFileName.TryNormalize(each, out var name, out _)
                    || await files.OpenAsync(request with { Name = name }, cancellationToken).ConfigureAwait(false) is not { } part)
                    break;
                parts.Add(part);
            }
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }

        if (parts.Count == names.Length) return new JoinedBootFile(parts);
        parts.ForEach(part => part.Dispose());
        return null;
    }

    private static BootRequest Question(BootScriptName script, BootFileRequest request) => new()
    {
        Hardware = script.Hardware,
        Phase = BootPhase.Script,
        ClientAddress = request.Client,
        ServerAddress = request.Server,
        ScriptName = request.Name,
    };

    private BootFile Script(BootScriptName script, BootInstruction instruction, BootFileRequest request)
    {
        string text;
        try
        {
            text = BootScript.Write(script.Dialect, instruction);
        }
        catch (BootScriptException e)
        {
            LogUnwritable(script.Hardware, script.Dialect, e.Message);
            throw;
        }

        _observer?.Observe(new BootObservation.ScriptServed(
            (timeProvider ?? TimeProvider.System).GetUtcNow(), script.Hardware, request.Client, request.Name, InWords(instruction)));
        return BootFile.FromBytes(Encoding.UTF8.GetBytes(text));
    }

    // Without the command line, which may hold a one-time token.
    private static string InWords(BootInstruction instruction) => instruction switch
    {
        BootInstruction.Kernel kernel => $"kernel {kernel.KernelFile}",
        BootInstruction.Program program => $"program {program.File}",
        BootInstruction.LocalDisk => "local disk",
        BootInstruction.Script => "custom script",
        _ => "power off",
    };

    [LoggerMessage(
        EventId = 90, Level = LogLevel.Error, Message = "The boot instruction for {Mac} cannot be written for {Dialect}: {Reason}")]
    private partial void LogUnwritable(HardwareAddress mac, BootScriptDialect dialect, string reason);
}
