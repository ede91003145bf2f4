using System.Diagnostics;
using Maas.Core.Nodes;
using Maas.Install.Recipes;
using Maas.Install.Templates;

namespace Maas.Install;

/// <summary>The templates of a server as user interfaces edit them.</summary>
internal sealed class AnswerTemplates(RecipeCatalog recipes, TemplateLibrary templates, AnswerFileWriter files) : IAnswerTemplates
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ScopeKinds { get; } = Enum.GetNames<TemplateScopeKind>();

    /// <inheritdoc/>
    public IReadOnlyList<string> Recipes { get; } = [.. recipes.All.Select(recipe => recipe.Name).Distinct()];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AnswerTemplate>> ListAsync(CancellationToken cancellationToken) =>
        [
            .. templates.BuiltIn.Select(each => new AnswerTemplate(each.Key, each.Value))
                .Concat((await templates.ListAsync(cancellationToken).ConfigureAwait(false))
                    .OrderBy(each => each.ScopeKind).ThenBy(each => each.ScopeValue, StringComparer.Ordinal).Select(Of))
                .OrderBy(each => each.Name, StringComparer.Ordinal), // stable
        ];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AnswerTemplate>> GetRevisionsAsync(AnswerTemplate template, CancellationToken cancellationToken) =>
        await FindAsync(template, cancellationToken).ConfigureAwait(false) is { } stored
            ? [
                .. (await templates.GetRevisionsAsync(stored.Id, cancellationToken).ConfigureAwait(false)).Select(each => Of(stored) with
                {
                    Text = each.Text, Revision = each.Revision, Comment = each.Comment, By = each.By, At = each.At,
                }),
            ]
            : [];

    /// <inheritdoc/>
    public async Task<AnswerTemplateResult> SaveAsync(AnswerTemplate draft, string actor, CancellationToken cancellationToken) =>
        DraftOf(draft) is { } read
            ? Of(await templates.SaveAsync(
                read with { Comment = draft.Comment, Replaces = draft.Revision }, actor, cancellationToken).ConfigureAwait(false))
            : UnknownScope(draft);

    /// <inheritdoc/>
    public async Task<AnswerTemplateResult> DeleteAsync(AnswerTemplate template, string actor, CancellationToken cancellationToken) =>
        await FindAsync(template, cancellationToken).ConfigureAwait(false) is { } stored
            ? Of(await templates.DeleteAsync(stored.Id, actor, cancellationToken).ConfigureAwait(false))
            : new AnswerTemplateResult.NotFound();

    /// <inheritdoc/>
    public async Task<AnswerTemplateResult> PreviewAsync(
        AnswerTemplate draft, Machine machine, string recipe, Uri server, CancellationToken cancellationToken)
    {
        var architecture = machine.Architecture.Split('/')[0];
        if ((recipes.All.FirstOrDefault(each => each.Name == recipe && each.Architecture == architecture)
            ?? recipes.All.FirstOrDefault(each => each.Name == recipe)) is not { } found)
            return new AnswerTemplateResult.NotFound();
        return DraftOf(draft) is { } read
            ? await files.PreviewDraftAsync(machine, found, read, server, cancellationToken).ConfigureAwait(false)
            : UnknownScope(draft);
    }

    private static AnswerTemplateResult.Refused UnknownScope(AnswerTemplate draft) => new(draft.Name, 0, 0, "The scope is not known.");

    private static TemplateDraft? DraftOf(AnswerTemplate draft) => Enum.TryParse<TemplateScopeKind>(draft.ScopeKind, out var kind)
        ? new TemplateDraft(draft.Name, draft.Text.ReplaceLineEndings("\n")) { Scope = new TemplateScope(kind, draft.ScopeValue) }
        : null;

    private static AnswerTemplate Of(InstallTemplate template) => new(template.Name, template.Text)
    {
        ScopeKind = template.ScopeKind.ToString(),
        ScopeValue = template.ScopeValue,
        Revision = template.Revision,
        Comment = template.Comment,
        By = template.By,
        At = template.At,
    };

    private static AnswerTemplateResult Of(TemplateEdit edit) => edit switch
    {
        TemplateEdit.Done done => new AnswerTemplateResult.Done(Of(done.Template)),
        TemplateEdit.Refused refused => RefusalOf(refused.Error),
        TemplateEdit.Outdated outdated => new AnswerTemplateResult.Outdated(outdated.Revision),
        TemplateEdit.NotFound => new AnswerTemplateResult.NotFound(),
        _ => throw new UnreachableException(),
    };

    internal static AnswerTemplateResult.Refused RefusalOf(TemplateError error) =>
        new(error.Template, error.Line, error.Column, error.Reason);

    private async Task<InstallTemplate?> FindAsync(AnswerTemplate template, CancellationToken cancellationToken) =>
        (await templates.ListAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(each =>
            each.Name == template.Name && each.ScopeKind.ToString() == template.ScopeKind && each.ScopeValue == template.ScopeValue);
}
