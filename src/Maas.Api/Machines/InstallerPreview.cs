using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>What a machine's installer gets, for its users: secrets are replaced by asterisks.</summary>
internal static class InstallerPreview
{
    /// <summary>The answer of a host without recipes.</summary>
    public static ApiResult NotHere => ApiResults.Text("This server has no install recipes.", 404);

    public static async Task<ApiResult> ReadAsync(ApiRequest request, Machine machine) => request.Services.AnswerFiles is { } files
        ? Of(await files.WriteAsync(machine, null, new Uri(request.BaseUrl), null, request.Aborted).ConfigureAwait(false))
        : NotHere;

    /// <summary>An answer file as an answer; one that cannot be rendered is refused with its template, line and column.</summary>
    public static ApiResult Of(AnswerFileResult result) => result switch
    {
        AnswerFileResult.Written written => new ApiResult.Text(200, written.Text, written.MediaType),
        AnswerFileResult.Missing missing => ApiResults.Text(missing.Reason, 404),
        AnswerFileResult.Failed failed => ApiResults.Conflict(failed.Reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
