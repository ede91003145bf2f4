using Maas.Api.Machines;
using Maas.Api.OAuth;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Api.Metadata;

/// <summary>
/// The answer files of operating system installers. They contain the machine's key: they are given for the one-time token in the machine's
/// boot script, or to the machine itself, and only while it boots the installer.
/// </summary>
internal static class InstallerFiles
{
    private const int LongestReason = 400;

    /// <summary>Trades the token of the boot script for an answer file.</summary>
    public static async Task<ApiResult> TradeAsync(ApiRequest request)
    {
        var token = new Secret(request.Route["token"]);
        return await request.Core.BootTokens.RedeemAsync(token, request.MachineAddress, request.SeenHardware, request.Aborted)
            .ConfigureAwait(false) switch
        {
            BootTokenResult.Accepted accepted =>
                await WriteAsync(request, accepted.Token, request.Route["file"]).ConfigureAwait(false),
            BootTokenResult.Refused refused => ApiResults.Text(refused.Reason, 404),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>An answer file for the machine itself.</summary>
    public static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await request.Core.MachineTokens.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is { } token
            ? await WriteAsync(request, token, request.Route["file"]).ConfigureAwait(false)
            : ApiResults.NotFound("Node");

    /// <summary>The main answer file for the machine itself; <see langword="null"/> unless it boots an installer.</summary>
    public static async Task<ApiResult?> PreseedAsync(ApiRequest request) =>
        request.Caller is Caller.OfMachine
            && await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false)
                is { NextBoot: BootIntent.Installer }
            && await request.Core.MachineTokens.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is { } token
            ? await WriteAsync(request, token, null).ConfigureAwait(false)
            : null;

    private static async Task<ApiResult> WriteAsync(ApiRequest request, MachineToken token, string? file)
    {
        if (request.Services.AnswerFiles is not { } files) return InstallerPreview.NotHere;
        var machine = await request.Core.Machines.GetAsync(token.MachineId, request.Aborted).ConfigureAwait(false);
        if (machine is not { NextBoot: BootIntent.Installer }) return ApiResults.Text("The machine boots no installer now.", 404);
        await request.Core.Machines.ReportAddressAsync(machine.Id, request.MachineAddress, request.Aborted).ConfigureAwait(false);
        var server = new Uri(request.BaseUrl);
        var result = await files.WriteAsync(machine, file, server, token, request.Aborted).ConfigureAwait(false);
        // What is stored is the preview, which has no secrets.
        if (result is AnswerFileResult.Written
            && await files.WriteAsync(machine, file, server, token: null, request.Aborted).ConfigureAwait(false)
                is AnswerFileResult.Written shown)
            await request.Core.ReceivedBootFiles.RecordAsync(machine, shown.Name, shown.Text, request.Aborted).ConfigureAwait(false);
        if (result is AnswerFileResult.Failed failed)
        {
            var note = new EventNote(EventLevel.Error, "Install template", LogText.From(failed.Reason, LongestReason));
            await request.Core.Events.WriteAsync(machine.Id, note, request.Aborted).ConfigureAwait(false);
        }

        return InstallerPreview.Of(result);
    }
}
