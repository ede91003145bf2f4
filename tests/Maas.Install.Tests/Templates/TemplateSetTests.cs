using CsCheck;
using Maas.Install.Templates;

namespace Maas.Install.Tests.Templates;

public class TemplateSetTests
{
    private static readonly Dictionary<string, object?> Values = new()
    {
        ["name"] = "web-1",
        ["evil"] = "a; reboot && $(x) ${y} `z`\nd-i q/r string s",
        ["list"] = (string[])["a", "b"],
        ["many"] = Enumerable.Repeat("x", 200).ToList(),
        ["big"] = new string('x', 10_000),
        ["empty"] = "",
        ["flag"] = true,
        ["number"] = 5L,
        ["inner"] = new Dictionary<string, object?> { ["value"] = "v" },
    };

    [Theory]
    [InlineData("a {{ name }} b", "a web-1 b")]
    [InlineData("{{ if flag }}yes{{ else }}no{{ end }}", "yes")]
    [InlineData("{{ if empty == \"\" }}none{{ end }}", "none")]
    [InlineData("{{ for each in list }}{{ each }};{{ end }}", "a;b;")]
    [InlineData("{{ join list \" \" | quote.sh }}", "'a b'")]
    [InlineData("{{ inner.value }} {{ number }} {{ flag }}", "v 5 true")]
    [InlineData("{{ if contains list \"b\" }}b{{ end }}{{ size list }}", "b2")]
    [InlineData("{{ if !flag || number > 4 }}x{{ end }}", "x")]
    [InlineData("{{ \"a b\" | quote.yaml }}", "\"a b\"")]
    [InlineData("{{ base64 name }}", "d2ViLTE=")]
    [InlineData("{{ snippet \"part\" }}!", "part of web-1!")]
    [InlineData("{{ render \"evil\" | quote.json }}", "\"x y\"")]
    [InlineData("a\r\nb", "a\nb")]
    public void Templates_write_values(string text, string expected) => Render(text).Should().Be(new TemplateResult.Rendered(expected));

    [Theory]
    [InlineData("{{ evil }}", 1, 4)]
    [InlineData("line\n  {{ evil }}", 2, 6)]
    [InlineData("{{ for each in list }}{{ evil }}{{ end }}", 1, 26)]
    [InlineData("{{ evil | quote.sh }}", 1, 11)]
    [InlineData("{{ evil | quote.preseed }}", 1, 11)]
    [InlineData("{{ evil | quote.kickstart }}", 1, 11)]
    [InlineData("{{ snippet \"raw\" }}", 1, 4)]
    public void A_value_never_becomes_syntax(string text, int line, int column)
    {
        var error = Render(text).Should().BeOfType<TemplateResult.Failed>().Which.Error;
        if (!text.Contains("snippet")) (error.Template, error.Line, error.Column).Should().Be(("main", line, column));
        else error.Template.Should().Be("raw");
        error.Reason.Should().NotContain("reboot", "an error never repeats a value");
    }

    [Theory]
    [InlineData("{{ evil | quote.yaml }}")]
    [InlineData("{{ evil | quote.json }}")]
    [InlineData("{{ evil | quote.xml }}")]
    [InlineData("{{ evil | base64 }}")]
    public void Languages_that_can_express_a_line_break_get_it_escaped(string text) =>
        Render(text).Should().BeOfType<TemplateResult.Rendered>().Which.Text.Should().NotContain("\n");

    [Theory]
    [InlineData("{{ x = 1 }}", "cannot assign")]
    [InlineData("{{ name = \"x\" }}", "cannot assign")]
    [InlineData("{{ 1 + 1 }}", "do not calculate")]
    [InlineData("{{ name + name }}", "do not calculate")]
    [InlineData("{{ big * 1000000 }}", "do not calculate")]
    [InlineData("{{ for i in 1..1000000000 }}x{{ end }}", "do not calculate")]
    [InlineData("{{ while true }}x{{ end }}", "while")]
    [InlineData("{{ func f }}x{{ end }}", "")]
    [InlineData("{{ do }}x{{ end }}", "")]
    [InlineData("{{ include \"/etc/passwd\" }}", "include")]
    [InlineData("{{ include \"part\" }}", "include")]
    [InlineData("{{ import name }}", "")]
    [InlineData("{{ capture x }}y{{ end }}", "capture")]
    [InlineData("{{ with inner }}{{ value }}{{ end }}", "with")]
    [InlineData("{{ [1,2,3] }}", "")]
    [InlineData("{{ {a: 1} }}", "")]
    [InlineData("{{ object.eval \"1\" }}", "")]
    [InlineData("{{ string.pad_left \"a\" 100000000 }}", "")]
    [InlineData("{{ name.length }}", "")]
    [InlineData("{{ @snippet }}", "")]
    [InlineData("{{ this }}", "")]
    [InlineData("{{ $\"{name}{name}\" }}", "")]
    [InlineData("{{ missing }}", "missing")]
    [InlineData("{{ inner.missing }}", "missing")]
    [InlineData("{{ if }}", "")]
    [InlineData("{{ if flag }}", "")]
    [InlineData("{{ list }}", "a list")]
    [InlineData("{{ inner }}", "an object")]
    [InlineData("{{ quote }}", "")]
    [InlineData("{{ quote.sh }}", "")]
    [InlineData("{{ quote.sh 1 2 }}", "")]
    [InlineData("{{ snippet \"none\" }}", "no snippet 'none'")]
    [InlineData("{{ snippet \"../../etc/passwd\" }}", "no snippet")]
    [InlineData("{{ snippet \"loop\" }}", "nested more than")]
    [InlineData("{{ name.to_string }}", "")]
    public void What_a_sandbox_must_not_do_is_an_error_with_its_place(string text, string reason)
    {
        var error = Render(text).Should().BeOfType<TemplateResult.Failed>().Which.Error;
        error.Line.Should().BePositive();
        error.Column.Should().BePositive();
        error.Reason.Contains(reason, StringComparison.Ordinal).Should().BeTrue(error.Reason);
    }

    [Theory]
    [InlineData("{{ for a in many }}{{ for b in many }}{{ for c in many }}{{ end }}{{ end }}{{ end }}")]
    [InlineData("{{ for a in many }}{{ for b in many }}{{ snippet \"big\" }}{{ end }}{{ end }}")]
    [InlineData("{{ for a in many }}{{ big }}{{ end }}")]
    [InlineData("{{ snippet \"bomb1\" }}")]
    [InlineData("{{ for a in list }}{{ for b in list }}{{ for c in list }}{{ for d in list }}{{ end }}{{ end }}{{ end }}{{ end }}")]
    public void Time_and_output_are_bounded(string text) => Render(text).Should().BeOfType<TemplateResult.Failed>();

    [Fact]
    public void Deep_nesting_is_refused_and_does_not_overflow_the_stack()
    {
        Render("{{ " + new string('(', 20_000) + "1" + new string(')', 20_000) + " }}").Should().BeOfType<TemplateResult.Failed>();
        Render("{{ " + string.Concat(Enumerable.Repeat("!", 20_000)) + "flag }}").Should().BeOfType<TemplateResult.Failed>();
        Render(string.Concat(Enumerable.Repeat("{{ if flag }}", 5_000))).Should().BeOfType<TemplateResult.Failed>();
        Render("{{ name" + string.Concat(Enumerable.Repeat(" | base64", 6_000)) + " }}").Should().BeOfType<TemplateResult.Failed>();
    }

    [Fact]
    public void Any_text_is_rendered_or_refused()
    {
        string[] pieces =
        [
            "{{", "}}", "{{~", "~}}", "{{-", "{%{", "}%}", " if ", " else ", " for ", " in ", " end ", " case ", " when ",
            " ret ", " func ", " do ", " | ", " |> ", " quote.sh ", " quote", " snippet ", " render ", "\"", "'", "`", "(", ")",
            "[", "]", "{", "}", "..", ".", "?.", "+", "-", "*", "/", "%", "!", "@", "$", "$0", "#", "##", "=", "==", "&&", "||",
            "??", "?", ":", ",", ";", "\n", "\\", "name", "list", "inner", "inner.value", "for.first", "1", "0x1", "1e999",
            "null", "true", "this", "empty", "é", "\ud800", "part", "\"part\"",
        ];
        var piece = Gen.Int[0, pieces.Length - 1].Select(at => pieces[at]);
        piece.Array[0, 12].Sample(text => Render($"{{{{ {string.Concat(text)} }}}}") is not null, iter: 3000);
        piece.Array[0, 12].Sample(text => Render(string.Concat(text)) is not null, iter: 3000);
    }

    [Fact]
    public void A_template_that_is_too_long_is_refused() =>
        Render(new string('x', TemplateLimits.Text + 1)).Should().BeOfType<TemplateResult.Failed>();

    [Fact]
    public void The_most_specific_scope_wins_and_the_order_does_not_depend_on_the_order_of_the_list()
    {
        InstallTemplate[] stored =
        [
            Stored(TemplateScopeKind.Machine, "4y3h7n", "machine"), Stored(TemplateScopeKind.Tag, "b", "tag b"),
            Stored(TemplateScopeKind.Tag, "a", "tag a"), Stored(TemplateScopeKind.Architecture, "amd64", "architecture"),
            Stored(TemplateScopeKind.Release, "debian/bookworm", "release"), Stored(TemplateScopeKind.OperatingSystem, "debian", "os"),
            Stored(TemplateScopeKind.Global, "", "global"),
        ];
        var target = new TemplateTarget
        {
            OsSystem = "debian", Series = "bookworm", Architecture = "amd64", Tags = ["b", "a"], SystemId = "4y3h7n",
        };
        string[] expected = ["machine", "tag a", "tag b", "architecture", "release", "os", "global", "built-in"];
        for (var at = 0; at <= stored.Length; at++)
        {
            var left = stored.Where(each => expected.AsSpan(at).Contains(each.Text)).ToList();
            Choose(left).Should().Be(expected[at]);
            left.Reverse();
            Choose(left).Should().Be(expected[at]);
        }

        Choose([Stored(TemplateScopeKind.Machine, "xyz456", "another"), Stored(TemplateScopeKind.Release, "ubuntu/noble", "x")])
            .Should().Be("built-in");

        string? Choose(IEnumerable<InstallTemplate> templates) =>
            TemplateSet.Choose(new Dictionary<string, string> { ["t"] = "built-in" }, templates, target).Find("t");
    }

    private static InstallTemplate Stored(TemplateScopeKind kind, string value, string text) =>
        new() { Name = "t", ScopeKind = kind, ScopeValue = value, Text = text };

    private static TemplateResult Render(string text) => new TemplateSet(new Dictionary<string, string>
    {
        ["main"] = text,
        ["part"] = "part of {{ name }}",
        ["raw"] = "{{ evil }}",
        ["evil"] = "x y",
        ["loop"] = "{{ snippet \"loop\" }}",
        ["big"] = "{{ for a in many }}{{ end }}",
        ["bomb1"] = "{{ for a in many }}{{ snippet \"bomb2\" }}{{ end }}",
        ["bomb2"] = "{{ for a in many }}{{ snippet \"bomb3\" }}{{ end }}",
        ["bomb3"] = "{{ for a in many }}{{ snippet \"big\" }}{{ end }}",
    }).Render("main", Values);
}
