using System.Text;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Install.Recipes;
using Maas.Install.Templates;

namespace Maas.Install;

/// <summary>Writes the answer files of machines that are being deployed by a recipe.</summary>
/// <param name="recipes">The recipes.</param>
/// <param name="templates">The templates.</param>
/// <param name="sshKeys">The owners' SSH keys.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="proxies">The proxy of a recipe that names none; <see langword="null"/> for none.</param>
/// <param name="configs">
/// The machines' storage configurations; without them, recipes whose parameter <c>partitioning</c> is <c>plan</c> have no files.
/// </param>
public sealed class AnswerFileWriter(
    RecipeCatalog recipes, TemplateLibrary templates, SshKeys sshKeys, TimeProvider timeProvider, PackageProxies? proxies = null,
    NodeConfigs? configs = null)
    : IAnswerFiles
{
    /// <inheritdoc/>
    public async Task<AnswerFileResult> WriteAsync(
        Machine machine, string? name, Uri server, MachineToken? token, CancellationToken cancellationToken)
    {
        if (recipes.Find(machine) is not { } recipe)
            return new AnswerFileResult.Missing("The machine is not being deployed by a recipe of this server.");
        return await WriteAsync(machine, recipe, name, server, token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Shows what a recipe would give to a machine, which need not be deployed by it: secrets are replaced by asterisks.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="name">The file's name; <see langword="null"/> for the main file.</param>
    /// <param name="server">The address under which machines reach the server, <c>http://10.0.0.1:5240/MAAS</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<AnswerFileResult> PreviewAsync(
        Machine machine, InstallRecipe recipe, string? name, Uri server, CancellationToken cancellationToken = default) =>
        WriteAsync(machine, recipe, name, server, null, cancellationToken);

    /// <summary>
    /// Writes all files of a machine that is being deployed by a recipe, of one state of the templates and of the machine.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="server">The address under which the machine reaches the server, <c>http://10.0.0.1:5240/MAAS</c>.</param>
    /// <param name="token">The machine's own key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The result of each of <see cref="InstallRecipe.Files"/>, in their order.</returns>
    public async Task<IReadOnlyList<AnswerFileResult>> WriteAllAsync(
        Machine machine, InstallRecipe recipe, Uri server, MachineToken token, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var (facts, refusal) = await FactsAsync(machine, recipe, server, token, cancellationToken).ConfigureAwait(false);
        if (refusal is not null) return [.. recipe.Files.Select(_ => new AnswerFileResult.Failed(refusal))];
        var chosen = await templates.ChooseAsync(facts.Target, cancellationToken).ConfigureAwait(false);
        var values = facts.ToValues();
        return [.. recipe.Files.Select(file => Of(chosen.Render(file.Template, values), file, isPreview: false))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AnswerFilePreview>> PreviewAllAsync(
        Machine machine, string? recipe, Uri server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if ((recipe is null ? recipes.Find(machine) : recipes.Find(recipe, machine.Architecture)) is not { } found) return [];
        var files = new List<AnswerFilePreview>();
        foreach (var file in found.Files)
        {
            var result = await PreviewAsync(machine, found, file.Name, server, cancellationToken).ConfigureAwait(false);
            files.Add(new AnswerFilePreview(file.Name, result));
        }

        return files;
    }

    /// <summary>Shows what a change of a template would change in a machine's answer file, without saving it.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="draft">The template as it would be.</param>
    /// <param name="server">The address under which machines reach the server.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The difference of the previews of the main file as of <c>diff -u</c>, or why it cannot be made.</returns>
    public async Task<AnswerFileResult> PreviewChangeAsync(
        Machine machine, InstallRecipe recipe, TemplateDraft draft, Uri server, CancellationToken cancellationToken = default)
    {
        if (recipe.Files is not [var file, ..]) return new AnswerFileResult.Missing($"The recipe '{recipe.Name}' has no files.");
        var (facts, refusal) = await FactsAsync(machine, recipe, server, null, cancellationToken).ConfigureAwait(false);
        if (refusal is not null) return new AnswerFileResult.Failed(refusal);
        var stored = await templates.ListAsync(cancellationToken).ConfigureAwait(false);
        var before = TemplateSet.Choose(templates.BuiltIn, stored, facts.Target).Render(file.Template, facts.ToValues());
        var after = TemplateSet.Choose(templates.BuiltIn, Replace(stored, draft), facts.Target).Render(file.Template, facts.ToValues());
        return (before, after) switch
        {
            (_, TemplateResult.Failed failed) => new AnswerFileResult.Failed(failed.Error.ToString()),
            (TemplateResult.Rendered old, TemplateResult.Rendered now) => new AnswerFileResult.Written(
                file.Name,
                SecretMask.Apply(TextDiff.Unified(old.Text, now.Text, file.Name, $"{file.Name} (changed)")),
                "text/x-diff; charset=utf-8"),
            (TemplateResult.Failed failed, _) => new AnswerFileResult.Failed(failed.Error.ToString()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Renders a template for a machine as if it were saved, with what it changes in the files of a recipe.</summary>
    internal async Task<AnswerTemplateResult> PreviewDraftAsync(
        Machine machine, InstallRecipe recipe, TemplateDraft draft, Uri server, CancellationToken cancellationToken)
    {
        var (facts, refusal) = await FactsAsync(machine, recipe, server, null, cancellationToken).ConfigureAwait(false);
        if (refusal is not null) return new AnswerTemplateResult.Refused(draft.Name, 0, 0, refusal);
        var (target, values) = (facts.Target, facts.ToValues());
        var stored = await templates.ListAsync(cancellationToken).ConfigureAwait(false);
        var before = TemplateSet.Choose(templates.BuiltIn, stored, target);
        var after = TemplateSet.Choose(templates.BuiltIn, Replace(stored, draft), target);
        var alone = after.Find(draft.Name) == draft.Text
            ? after
            : new TemplateSet(after.Names.Append(draft.Name).Distinct().ToDictionary(
                name => name, name => name == draft.Name ? draft.Text : after.Find(name) ?? "")); // it is not for this machine
        var result = alone.Render(draft.Name, values);
        if (result is TemplateResult.Failed fault) return AnswerTemplates.RefusalOf(fault.Error);
        var change = new StringBuilder();
        foreach (var file in recipe.Files)
        {
            switch (before.Render(file.Template, values), after.Render(file.Template, values))
            {
                case (_, TemplateResult.Failed failed):
                    return AnswerTemplates.RefusalOf(failed.Error);
                case (var old, TemplateResult.Rendered now):
                    change.Append(TextDiff.Unified(
                        (old as TemplateResult.Rendered)?.Text ?? "", now.Text, file.Name, $"{file.Name} (changed)"));
                    break;
            }
        }

        // The texts are compared before, so that another password hash is a change.
        return new AnswerTemplateResult.Rendered(
            SecretMask.Apply(((TemplateResult.Rendered)result).Text), SecretMask.Apply(change.ToString()));
    }

    private static IEnumerable<InstallTemplate> Replace(IReadOnlyList<InstallTemplate> stored, TemplateDraft draft) =>
        stored.Where(each => each.Name != draft.Name || each.Scope != draft.Scope).Append(new InstallTemplate
        {
            Name = draft.Name, ScopeKind = draft.Scope.Kind, ScopeValue = draft.Scope.Value, Text = draft.Text,
        });

    private async Task<AnswerFileResult> WriteAsync(
        Machine machine, InstallRecipe recipe, string? name, Uri server, MachineToken? token, CancellationToken cancellationToken)
    {
        if (recipe.Files.FirstOrDefault(each => name is null || each.Name == name) is not { } file)
            return new AnswerFileResult.Missing($"The recipe '{recipe.Name}' has no such file.");
        var (facts, refusal) = await FactsAsync(machine, recipe, server, token, cancellationToken).ConfigureAwait(false);
        if (refusal is not null) return new AnswerFileResult.Failed(refusal);
        var chosen = await templates.ChooseAsync(facts.Target, cancellationToken).ConfigureAwait(false);
        return Of(chosen.Render(file.Template, facts.ToValues()), file, isPreview: token is null);
    }

    private static AnswerFileResult Of(TemplateResult result, AnswerFileTemplate file, bool isPreview) => result switch
    {
        TemplateResult.Rendered rendered => new AnswerFileResult.Written(
            file.Name, isPreview ? SecretMask.Apply(rendered.Text) : rendered.Text, file.MediaType),
        TemplateResult.Failed failed => new AnswerFileResult.Failed(failed.Error.ToString()),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What the templates read, and why the machine's storage configuration cannot be told to the installer.</summary>
    private async Task<(InstallFacts Facts, string? Refusal)> FactsAsync(
        Machine machine, InstallRecipe recipe, Uri server, MachineToken? token, CancellationToken cancellationToken)
    {
        var storage = await PlanAsync(machine, recipe, cancellationToken).ConfigureAwait(false);
        return (new InstallFacts
        {
            Machine = machine,
            Recipe = recipe with { Proxy = recipe.Proxy ?? await ProxyAsync(recipe, server, cancellationToken).ConfigureAwait(false) },
            Server = server,
            Token = token,
            SshKeys = machine.Owner is { } owner
                ? [.. (await sshKeys.ListAsync(owner, cancellationToken).ConfigureAwait(false)).Select(key => key.Key)]
                : [],
            StoragePlan = (storage as DiskPlanResult.Ready)?.Plan,
            Now = timeProvider.GetUtcNow(),
        }, storage is DiskPlanResult.Refused { Reasons: var reasons } ? string.Join(' ', reasons) : null);
    }

    private async Task<DiskPlanResult?> PlanAsync(Machine machine, InstallRecipe recipe, CancellationToken cancellationToken)
    {
        if (!recipe.FollowsStorage) return null;
        if (machine.Hardware is not { } hardware)
            return new DiskPlanResult.Refused(["The machine's disks are not known: commission it first."]);
        if (configs is null) return new DiskPlanResult.Refused(["The storage configuration of the machine is not available here."]);
        var config = await configs.GetAsync(machine, cancellationToken).ConfigureAwait(false);
        return recipe.PlanStorage(config.Storage, hardware);
    }

    private async Task<Uri?> ProxyAsync(InstallRecipe recipe, Uri server, CancellationToken cancellationToken) =>
        recipe.Mirror is { } mirror && proxies is not null
        && await proxies.ForMachinesAsync(server, cancellationToken).ConfigureAwait(false) is { } proxy
        && (proxy.Tunnels || mirror.Scheme == Uri.UriSchemeHttp)
            ? proxy.Url
            : null;
}
