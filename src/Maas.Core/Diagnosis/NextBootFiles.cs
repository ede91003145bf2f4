using Maas.Core.Nodes;

namespace Maas.Core.Diagnosis;

/// <summary>
/// What a machine would receive at its next boot, as texts without secrets: boot scripts and answer files, each compared with what the
/// machine received last, or with what another machine would receive. It changes nothing, and makes no token.
/// </summary>
/// <param name="received">What machines received last.</param>
/// <param name="boot">The boot servers of the host; <see langword="null"/> for none.</param>
/// <param name="answers">The answer files of the host; <see langword="null"/> for none.</param>
/// <example>
/// <code>
/// var files = new NextBootFiles(core.ReceivedBootFiles, boot, answers);
/// var preview = await files.ReadAsync(machine, new NextBootQuery(new Uri("http://10.0.0.1:5240/MAAS"), actor), cancellationToken);
/// </code>
/// </example>
public sealed class NextBootFiles(ReceivedBootFiles received, IBootPreview? boot, IAnswerFiles? answers)
{
    /// <summary>
    /// Reads what a machine would receive. The caller checks that the user sees the machine, and the one that it is compared with.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="query">The user, and what to compare it with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NextBootPreview> ReadAsync(Machine machine, NextBootQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(query);
        var (requests, files) = await ReadAsync(machine, query.Recipe, query.Server, cancellationToken).ConfigureAwait(false);
        return new NextBootPreview(
            requests,
            query.ComparedTo is { } other
                ? Compare(
                    files, (await ReadAsync(other, query.Recipe, query.Server, cancellationToken).ConfigureAwait(false)).Files, other.Fqdn,
                    machine.Fqdn)
                : Compare(files, await ListReceivedAsync(machine, query.Actor, cancellationToken).ConfigureAwait(false)));
    }

    private async Task<(IReadOnlyList<BootPreviewEntry> Requests, IReadOnlyList<NextBootFile> Files)> ReadAsync(
        Machine machine, string? recipe, Uri server, CancellationToken cancellationToken)
    {
        var requests = boot is null ? [] : await boot.PreviewAsync(machine, cancellationToken).ConfigureAwait(false);
        var isInstalled = recipe is not null || machine.NextBoot is BootIntent.Installer;
        var all = answers is null || !isInstalled
            ? []
            : await answers.PreviewAllAsync(machine, recipe, boot?.FindServerAddress(machine) ?? server, cancellationToken)
                .ConfigureAwait(false);
        return (
            requests,
            [
                .. requests.Where(each => each.Text is not null).Select(each => new NextBootFile(each.Request, each.Text, null)),
                .. all.Select(each => each.Result switch
                {
                    AnswerFileResult.Written written => new NextBootFile(each.Name, written.Text, null),
                    AnswerFileResult.Missing missing => new NextBootFile(each.Name, null, missing.Reason),
                    AnswerFileResult.Failed failed => new NextBootFile(each.Name, null, failed.Reason),
                    _ => throw new System.Diagnostics.UnreachableException(),
                }),
            ]);
    }

    // An earlier owner's files are the owner's, and administrators'.
    private async Task<IEnumerable<ReceivedBootFile>> ListReceivedAsync(
        Machine machine, MachineActor actor, CancellationToken cancellationToken) =>
        (await received.ListAsync(machine.Id, cancellationToken).ConfigureAwait(false))
            .Where(file => actor.IsAdministrator || file.Owner is null || file.Owner == actor.Name);

    private static IReadOnlyList<NextBootFile> Compare(IReadOnlyList<NextBootFile> files, IEnumerable<ReceivedBootFile> before)
    {
        var known = before.ToDictionary(each => each.Name, StringComparer.Ordinal);
        return
        [
            .. files.Select(file => file.Text is { } text && known.TryGetValue(file.Name, out var last)
                ? file with { ReceivedAt = last.At, Change = TextDiff.Unified(last.Text, text, "received last", "next") }
                : file),
        ];
    }

    private static IReadOnlyList<NextBootFile> Compare(
        IReadOnlyList<NextBootFile> files, IReadOnlyList<NextBootFile> others, string otherName, string name) =>
        [
            .. files.Select(file => file.Text is { } text && others.FirstOrDefault(each => each.Name == file.Name)?.Text is { } other
                ? file with { Change = TextDiff.Unified(other, text, otherName, name) }
                : file),
        ];
}

/// <summary>What to read of a machine's next boot.</summary>
/// <param name="Server">
/// The address of this server, <c>http://10.0.0.1:5240/MAAS</c>, in answer files of a machine of which it is not known how it reaches it.
/// </param>
/// <param name="Actor">The user: files that the machine received for another owner are shown to administrators only.</param>
public sealed record NextBootQuery(Uri Server, MachineActor Actor)
{
    /// <summary>
    /// The recipe of the answer files, <c>debian/bookworm</c>, for a machine that is not being deployed by it; <see langword="null"/> for
    /// what the machine would really receive.
    /// </summary>
    public string? Recipe { get; init; }

    /// <summary>Another machine to compare with; <see langword="null"/> for what the machine received last.</summary>
    public Machine? ComparedTo { get; init; }
}

/// <summary>What a machine would receive at its next boot.</summary>
/// <param name="Requests">The requests of a boot in their order, each with its answer; none without boot servers.</param>
/// <param name="Files">The boot scripts that have an answer, then the answer files.</param>
public sealed record NextBootPreview(IReadOnlyList<BootPreviewEntry> Requests, IReadOnlyList<NextBootFile> Files);

/// <summary>A file that a machine would receive.</summary>
/// <param name="Name">What it is: <c>iPXE script</c>, <c>GRUB configuration</c> …, or a file's name such as <c>preseed.cfg</c>.</param>
/// <param name="Text">Its text without secrets; <see langword="null"/> when it cannot be written.</param>
/// <param name="Problem">Why it cannot be written; <see langword="null"/> when it can.</param>
public sealed record NextBootFile(string Name, string? Text, string? Problem)
{
    /// <summary>
    /// When the machine received the file last that it is compared with, in that form for the first time; <see langword="null"/> when it
    /// is compared with another machine's, or was not received yet.
    /// </summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>
    /// What changes, as of <c>diff -u</c>; empty when nothing does; <see langword="null"/> when there is nothing to compare with.
    /// </summary>
    public string? Change { get; init; }
}
