using Maas.Core;
using Maas.Core.Events;
using Maas.Install.Recipes;
using Maas.Install.Templates;
using Maas.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Install.Tests.Templates;

public sealed class TemplateLibraryTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private MaasCore _core = null!; // opened before each test
    private TemplateLibrary _library = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _core = await MaasCore.OpenAsync(
            new SqliteMaasStore(new SqliteStoreOptions()),
            services: new MaasCoreServices { Tables = TemplateLibrary.Tables, TimeProvider = _time });
        _library = new TemplateLibrary(_core.Records, BuiltInTemplates.All, SampleMachine.ValuesFor, _time);
    }

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    [Fact]
    public async Task A_template_is_saved_with_its_revisions_and_their_difference()
    {
        var first = await SavedAsync(new TemplateDraft("debian/user", "d-i passwd/username string a\n") { Comment = "why" });
        (first.Revision, first.By, first.Comment).Should().Be((1, "ann", "why"));
        var second = await SavedAsync(new TemplateDraft("debian/user", "d-i passwd/username string b\n"));
        second.Revision.Should().Be(2);
        (await _library.DiffAsync(first.Id, 1, 2, Token)).Should().Be(
            "--- revision 1\n+++ revision 2\n@@ -1,1 +1,1 @@\n-d-i passwd/username string a\n+d-i passwd/username string b\n");
        (await _library.DiffAsync(first.Id, 1, 3, Token)).Should().BeNull();
        (await _library.GetRevisionsAsync(first.Id, Token)).Select(each => each.Revision).Should().Equal(2, 1);
        (await _core.Events.QueryAsync(new EventQuery { Level = EventLevel.Audit }, Token)).Should().Contain(
            each => each.Note.Description == "Template 'debian/user' (global) was saved." && each.Note.Username == "ann");
    }

    [Fact]
    public async Task Saving_the_same_text_again_changes_nothing()
    {
        await SavedAsync(new TemplateDraft("debian/user", "# x"));
        (await SavedAsync(new TemplateDraft("debian/user", "# x"))).Revision.Should().Be(1);
    }

    [Fact]
    public async Task A_template_that_cannot_be_parsed_is_refused_with_its_place()
    {
        var error = await RefusedAsync(new TemplateDraft("debian/user", "line 1\n  {{ if machine.hostname }}\n"));
        error.Template.Should().Be("debian/user");
        error.Line.Should().BePositive();
    }

    [Fact]
    public async Task A_template_that_cannot_be_rendered_is_refused_with_its_place()
    {
        var error = await RefusedAsync(new TemplateDraft("debian/user", "\nd-i x/y string {{ machine.nmae }}\n"));
        (error.Template, error.Line).Should().Be(("debian/user", 2));
    }

    [Fact]
    public async Task A_snippet_that_breaks_a_template_which_includes_it_is_refused()
    {
        await SavedAsync(new TemplateDraft("lab/part", "x"));
        await SavedAsync(new TemplateDraft("lab/whole", "{{ snippet \"lab/part\" }}"));
        var error = await RefusedAsync(new TemplateDraft("lab/part", "{{ snippet \"lab/whole\" }}"));
        error.Reason.Should().Contain("nested");
        var part = (await _library.ListAsync(Token)).Single(each => each.Name == "lab/part");
        (await _library.DeleteAsync(part.Id, "ann", Token)).Should().BeOfType<TemplateEdit.Refused>()
            .Which.Error.Reason.Should().Contain("no snippet 'lab/part'");
    }

    [Fact]
    public async Task A_forgotten_quote_function_is_found_when_the_template_is_saved() =>
        (await RefusedAsync(new TemplateDraft("lab/note", "# {{ machine.description }}"))).Reason.Should().Contain("quote function");

    [Fact]
    public async Task An_outdated_edit_is_refused()
    {
        await SavedAsync(new TemplateDraft("lab/a", "1") { Replaces = 0 });
        await SavedAsync(new TemplateDraft("lab/a", "2") { Replaces = 1 });
        (await _library.SaveAsync(new TemplateDraft("lab/a", "3") { Replaces = 1 }, "ann", Token))
            .Should().Be(new TemplateEdit.Outdated(2));
        (await _library.SaveAsync(new TemplateDraft("lab/b", "3") { Replaces = 1 }, "ann", Token))
            .Should().Be(new TemplateEdit.Outdated(0));
    }

    [Fact]
    public async Task A_deleted_template_gives_way_to_the_built_in_one()
    {
        var saved = await SavedAsync(new TemplateDraft("debian/user", "# mine"));
        (await _library.ChooseAsync(new TemplateTarget(), Token)).Find("debian/user").Should().Be("# mine");
        (await _library.DeleteAsync(saved.Id, "ann", Token)).Should().BeOfType<TemplateEdit.Done>();
        (await _library.ChooseAsync(new TemplateTarget(), Token)).Find("debian/user").Should().Be(BuiltInTemplates.All["debian/user"]);
        (await _library.DeleteAsync(saved.Id, "ann", Token)).Should().BeOfType<TemplateEdit.NotFound>();
        (await _library.GetRevisionsAsync(saved.Id, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Only_the_newest_revisions_are_kept()
    {
        for (var round = 0; round < TemplateLibrary.MostRevisions + 3; round++) await SavedAsync(new TemplateDraft("lab/a", $"{round}"));
        var id = (await _library.ListAsync(Token)).Single().Id;
        (await _library.GetRevisionsAsync(id, Token)).Should().HaveCount(TemplateLibrary.MostRevisions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("A")]
    [InlineData("a//b")]
    [InlineData("a\n")]
    public async Task A_name_is_a_key_and_never_a_path(string name) => await RefusedAsync(new TemplateDraft(name, "x"));

    [Theory]
    [InlineData(TemplateScopeKind.Global, "x")]
    [InlineData(TemplateScopeKind.Tag, "")]
    [InlineData(TemplateScopeKind.Release, "bookworm")]
    [InlineData(TemplateScopeKind.Architecture, "amd64/generic")]
    [InlineData((TemplateScopeKind)99, "x")]
    public async Task A_scope_that_includes_no_machine_is_refused(TemplateScopeKind kind, string value) =>
        await RefusedAsync(new TemplateDraft("lab/a", "x") { Scope = new TemplateScope(kind, value) });

    [Fact]
    public void Every_built_in_template_renders_for_a_sample_machine()
    {
        foreach (var system in (string[])["debian", "ubuntu", "centos", "flatcar", "windows"])
        {
            var target = new TemplateTarget { OsSystem = system, Series = "x", Architecture = "amd64" };
            var set = TemplateSet.Choose(BuiltInTemplates.All, [], target);
            foreach (var name in set.Names)
                set.Render(name, SampleMachine.ValuesFor(target)).Should().BeOfType<TemplateResult.Rendered>($"{name} for {system}");
        }
    }

    private async Task<InstallTemplate> SavedAsync(TemplateDraft draft) =>
        (await _library.SaveAsync(draft, "ann", Token)).Should().BeOfType<TemplateEdit.Done>().Which.Template;

    private async Task<TemplateError> RefusedAsync(TemplateDraft draft) =>
        (await _library.SaveAsync(draft, "ann", Token)).Should().BeOfType<TemplateEdit.Refused>().Which.Error;
}
