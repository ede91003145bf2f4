using System.Text.RegularExpressions;
using Maas.Core;
using Maas.Core.Events;
using Maas.Core.Records;

namespace Maas.Install.Templates;

/// <summary>
/// The templates and snippets that administrators saved, over the built-in ones. A template is saved only if it, and everything that
/// includes it, can be rendered for a sample machine. Earlier revisions are kept.
/// </summary>
public sealed partial class TemplateLibrary
{
    /// <summary>The most templates that are stored.</summary>
    public const int MostTemplates = 500;

    /// <summary>The most revisions that are kept of a template; older ones are forgotten.</summary>
    public const int MostRevisions = 50;

    private const int LongestComment = 200;
    private readonly IRecordStore _records;
    private readonly TimeProvider _timeProvider;
    private readonly TemplateCheck _check;

    /// <summary>Reads and writes the templates of a store that has <see cref="Tables"/>.</summary>
    /// <param name="records">The store's records.</param>
    /// <param name="builtIn">The built-in texts by name.</param>
    /// <param name="sample">The values of a sample machine, to check templates with.</param>
    /// <param name="timeProvider">The clock.</param>
    public TemplateLibrary(
        IRecordStore records, IReadOnlyDictionary<string, string> builtIn,
        Func<TemplateTarget, IReadOnlyDictionary<string, object?>> sample, TimeProvider timeProvider)
    {
        _records = records;
        _timeProvider = timeProvider;
        BuiltIn = builtIn;
        _check = new TemplateCheck(builtIn, sample);
    }

    /// <summary>The tables, for <see cref="Maas.Core.MaasCoreServices.Tables"/>.</summary>
    public static IReadOnlyList<RecordTable> Tables => TemplateTables.All;

    /// <summary>The built-in texts by name.</summary>
    public IReadOnlyDictionary<string, string> BuiltIn { get; }

    /// <summary>The stored templates by id.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<InstallTemplate>> ListAsync(CancellationToken cancellationToken = default) =>
        _records.ListAsync(new RecordQuery<InstallTemplate>(TemplateTables.Templates), cancellationToken);

    /// <summary>The templates of a machine.</summary>
    /// <param name="target">The machine, and what it gets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TemplateSet> ChooseAsync(TemplateTarget target, CancellationToken cancellationToken = default) =>
        TemplateSet.Choose(BuiltIn, await ListAsync(cancellationToken).ConfigureAwait(false), target);

    /// <summary>The kept revisions of a template, the newest first.</summary>
    /// <param name="templateId">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<TemplateRevision>> GetRevisionsAsync(long templateId, CancellationToken cancellationToken = default) =>
        _records.ListAsync(
            new RecordQuery<TemplateRevision>(TemplateTables.Revisions)
            {
                Where = [RecordCondition.Is("template", templateId)], OrderBy = "revision", Descending = true,
            },
            cancellationToken);

    /// <summary>The difference between two revisions of a template.</summary>
    /// <param name="templateId">Its id.</param>
    /// <param name="from">The old revision.</param>
    /// <param name="to">The new revision.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The difference as of <c>diff -u</c>; <see langword="null"/> when a revision is not kept.</returns>
    public async Task<string?> DiffAsync(long templateId, int from, int to, CancellationToken cancellationToken = default)
    {
        var revisions = await GetRevisionsAsync(templateId, cancellationToken).ConfigureAwait(false);
        return revisions.FirstOrDefault(each => each.Revision == from) is { } old
            && revisions.FirstOrDefault(each => each.Revision == to) is { } now
            ? TextDiff.Unified(old.Text, now.Text, $"revision {from}", $"revision {to}")
            : null;
    }

    /// <summary>Saves a template, new or over the one of the same name and scope.</summary>
    /// <param name="draft">The template.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TemplateEdit> SaveAsync(TemplateDraft draft, string? actor, CancellationToken cancellationToken = default)
    {
        if (Check(draft) is { } wrong) return new TemplateEdit.Refused(new TemplateError(draft.Name, 0, 0, wrong));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stored = await ListAsync(cancellationToken).ConfigureAwait(false);
            var present = stored.FirstOrDefault(each => each.Name == draft.Name && each.Scope == draft.Scope);
            if (draft.Replaces is { } expected && expected != (present?.Revision ?? 0))
                return new TemplateEdit.Outdated(present?.Revision ?? 0);
            if (present is null && stored.Count >= MostTemplates)
                return new TemplateEdit.Refused(new TemplateError(draft.Name, 0, 0, $"At most {MostTemplates} templates are stored."));
            if (present?.Text == draft.Text) return new TemplateEdit.Done(present);
            var template = new InstallTemplate
            {
                Id = present?.Id ?? await _records.ReserveIdsAsync(TemplateTables.Templates, 1, cancellationToken).ConfigureAwait(false),
                Version = present?.Version ?? 0,
                Name = draft.Name,
                ScopeKind = draft.Scope.Kind,
                ScopeValue = draft.Scope.Value,
                Text = draft.Text,
                Comment = draft.Comment,
                Revision = (present?.Revision ?? 0) + 1,
                By = actor,
                At = _timeProvider.GetUtcNow(),
            };
            List<InstallTemplate> after = [.. stored.Where(each => each != present), template];
            if (_check.Find(stored, after, draft.Scope, draft.Name) is { } error) return new TemplateEdit.Refused(error);
            List<RecordChange> changes =
            [
                present is null ? new RecordChange.Insert(TemplateTables.Templates, template)
                    : new RecordChange.Update(TemplateTables.Templates, template),
                new RecordChange.Insert(TemplateTables.Revisions, RevisionOf(template)),
                .. await ForgottenAsync(template, cancellationToken).ConfigureAwait(false),
            ];
            if (await CommitAsync(changes, $"Template '{template.Name}' ({template.Scope}) was saved.", actor, cancellationToken)
                .ConfigureAwait(false) is { } saved)
                return new TemplateEdit.Done((InstallTemplate)saved.Records[0]!); // an insertion and an update have one
        }
    }

    /// <summary>Deletes a template with its revisions; the one with a wider scope, or the built-in one, applies again.</summary>
    /// <param name="templateId">Its id.</param>
    /// <param name="actor">User name, for the audit event; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TemplateEdit> DeleteAsync(long templateId, string? actor, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stored = await ListAsync(cancellationToken).ConfigureAwait(false);
            if (stored.FirstOrDefault(each => each.Id == templateId) is not { } template) return new TemplateEdit.NotFound();
            List<InstallTemplate> after = [.. stored.Where(each => each != template)];
            if (_check.Find(stored, after, template.Scope, changed: null) is { } error) return new TemplateEdit.Refused(error);
            if (await CommitAsync(
                [new RecordChange.Delete(TemplateTables.Templates, template.Id, template.Version)],
                $"Template '{template.Name}' ({template.Scope}) was deleted.", actor, cancellationToken).ConfigureAwait(false) is not null)
                return new TemplateEdit.Done(template);
        }
    }

    private static TemplateRevision RevisionOf(InstallTemplate template) => new()
    {
        TemplateId = template.Id,
        Revision = template.Revision,
        Text = template.Text,
        Comment = template.Comment,
        By = template.By,
        At = template.At,
    };

    private async Task<IEnumerable<RecordChange>> ForgottenAsync(InstallTemplate template, CancellationToken cancellationToken) =>
        (await GetRevisionsAsync(template.Id, cancellationToken).ConfigureAwait(false))
            .Where(revision => revision.Revision <= template.Revision - MostRevisions)
            .Select(revision => new RecordChange.Delete(TemplateTables.Revisions, revision.Id, revision.Version));

    private async Task<RecordResult.Saved?> CommitAsync(
        IReadOnlyList<RecordChange> changes, string text, string? actor, CancellationToken cancellationToken)
    {
        var batch = new RecordBatch
        {
            At = _timeProvider.GetUtcNow(),
            Changes = changes,
            Events = [new EventNote(EventLevel.Audit, "Template", text, actor)],
        };
        // Every other result means that another host was faster: what it saved is read, and the decision is made again.
        return await _records.SaveAsync(batch, cancellationToken).ConfigureAwait(false) as RecordResult.Saved;
    }

    private static string? Check(TemplateDraft draft) =>
        draft.Name.Length > TemplateLimits.Name || !NamePattern().IsMatch(draft.Name)
            ? $"A name has at most {TemplateLimits.Name} lower-case letters, digits, '-', '_' and '/'."
        : draft.Comment.Length > LongestComment ? $"A comment has at most {LongestComment} characters."
        : draft.Scope.Check();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
