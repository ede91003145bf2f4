using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Hosting.Policy;
using Maas.Images;
using Maas.Install;
using Maas.Install.Recipes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.BootHttp.Isos;

/// <summary>Trades a boot token for the ISO of its machine: renders the answer files, and lays them over the ISO of the recipe.</summary>
/// <param name="tokens">The boot tokens.</param>
/// <param name="machines">The machines.</param>
/// <param name="policy">What a machine's installer finds where.</param>
/// <param name="files">The ISOs.</param>
/// <param name="received">What machines received last.</param>
/// <param name="events">The machines' events.</param>
/// <param name="logger">The log.</param>
/// <param name="recipes">The install recipes; <see langword="null"/> without any.</param>
/// <param name="answers">The answer files; <see langword="null"/> without any.</param>
internal sealed partial class MachineIsoMaker(
    BootTokens tokens, Machines machines, MachineBootPolicy policy, IsoFiles files, ReceivedBootFiles received, EventLog events,
    ILogger<MachineIsoMaker> logger, RecipeCatalog? recipes = null, AnswerFileWriter? answers = null)
{
    private const int LongestReason = 400;

    /// <summary>The answer when the machine's deployment reads no ISO.</summary>
    public static IsoResult.Refused NotNow { get; } =
        new(StatusCodes.Status404NotFound, "The machine boots no installer from an ISO now.");

    /// <summary>
    /// Makes the ISO. It is not given up with the request: the token is used up, and the machine asks again when its connection broke.
    /// </summary>
    public async Task<(OpenIso? Iso, IsoResult.Refused? Refusal)> MakeAsync(IsoRequest request)
    {
        if (recipes is null || answers is null) return (null, NotNow);
        var redeemed = await tokens.RedeemAsync(request.Token, request.Client, request.Hardware).ConfigureAwait(false);
        if (redeemed is BootTokenResult.Refused refused)
            return (null, new IsoResult.Refused(StatusCodes.Status404NotFound, refused.Reason));
        var key = ((BootTokenResult.Accepted)redeemed).Token;
        var machine = await machines.GetAsync(key.MachineId).ConfigureAwait(false);
        if (machine is not { NextBoot: BootIntent.Installer }) return (null, NotNow);
        if (recipes.Find(machine) is not { Iso: { } iso } recipe) return (null, NotNow);
        await machines.ReportAddressAsync(machine.Id, request.Client).ConfigureAwait(false);
        var (server, places) = await policy.FindPlacesAsync(
            machine, recipe, request.Token, request.Client, request.Hardware, request.Reached).ConfigureAwait(false);
        var results = await answers.WriteAllAsync(machine, recipe, server, key).ConfigureAwait(false);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (file, result) in recipe.Files.Zip(results))
        {
            if (iso.Changes.All(change => change.Template != file.Template)) continue;
            if (result is not AnswerFileResult.Written written)
            {
                var reason = ((AnswerFileResult.Failed)result).Reason; // the recipe has the file
                return (null, await RefuseAsync(machine, "Install template", reason).ConfigureAwait(false));
            }

            texts[file.Template] = written.Text;
        }

        try
        {
            var (opened, identity) = files.Open(iso.File);
            var changed = MachineIso.Open(opened, identity, iso.At(places), texts);
            await RecordAsync(machine, recipe, server, texts).ConfigureAwait(false);
            LogOpened(machine.Id, iso.File, changed.Length);
            return (new OpenIso(machine, request.Client, request.Hardware, iso.Name, changed), null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidImageException
            or NotSupportedException or ArgumentException)
        {
            LogNotMade(failure, machine.Id, iso.File);
            return (null, await RefuseAsync(machine, "Install ISO", $"{iso.File}: {failure.Message}").ConfigureAwait(false));
        }
    }

    private async Task<IsoResult.Refused> RefuseAsync(Machine machine, string type, string reason)
    {
        var note = new EventNote(EventLevel.Error, type, LogText.From(reason, LongestReason));
        await events.WriteAsync(machine.Id, note).ConfigureAwait(false);
        return new IsoResult.Refused(StatusCodes.Status409Conflict, note.Description);
    }

    // What is stored is a preview, which has no secrets.
    private async Task RecordAsync(Machine machine, InstallRecipe recipe, Uri server, Dictionary<string, string> texts)
    {
        var previews = await answers!.PreviewAllAsync(machine, null, server, CancellationToken.None).ConfigureAwait(false);
        foreach (var (file, preview) in recipe.Files.Zip(previews).Where(each => texts.ContainsKey(each.First.Template)))
        {
            if (preview.Result is AnswerFileResult.Written shown)
                await received.RecordAsync(machine, file.Name, shown.Text).ConfigureAwait(false);
        }
    }

    [LoggerMessage(196, LogLevel.Information, "{SystemId} boots the ISO {File} with its answer files, {Bytes} bytes")]
    private partial void LogOpened(SystemId systemId, string file, long bytes);

    [LoggerMessage(197, LogLevel.Error, "No ISO for {SystemId}: {File} cannot be changed for it")]
    private partial void LogNotMade(Exception failure, SystemId systemId, string file);
}
