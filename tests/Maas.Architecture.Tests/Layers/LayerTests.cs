using Maas.Judges;

namespace Maas.Architecture.Tests.Layers;

/// <summary>
/// The namespaces of a package form layers: each uses lower ones only. The order of a package is in <c>Layers/Maas.X.layers</c>; see
/// <see cref="LayerTable"/> for what the lines mean.
/// </summary>
public class LayerTests
{
    private static string Folder { get; } = Repository.PathOf("tests/Maas.Architecture.Tests/Layers");

    [Fact]
    public void A_namespace_uses_lower_layers_only()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.layers").Order(StringComparer.Ordinal))
        {
            var table = LayerTable.Parse(Path.GetFileNameWithoutExtension(file), File.ReadLines(file));
            string.Join('\n', LayerCheck.Violations(table, SourcesOf(table.Package)))
                .Should().BeEmpty("{0} gives the order", Path.GetFileName(file));
        }
    }

    [Theory]
    [InlineData("using Maas.X.High;", "")]
    [InlineData("using H = Maas.X.High.Top;", "")]
    [InlineData("using static Maas.X.High.Top;", "")]
    [InlineData("", "Maas.X.High.Top? _top;")]
    [InlineData("", "High.Top? _top;")]
    [InlineData("", "object _top = typeof(global::Maas.X.High.Top);")]
    [InlineData("", "string _top = $\"{nameof(High.Top)}\";")]
    [InlineData("", "string _top = $$\"\"\"a {b} {{High.Top.Name}}\"\"\";")]
    [InlineData("", "Composer? _composer;")]
    public void A_reference_upwards_is_reported(string usings, string member) =>
        Check(usings, member).Should().ContainSingle().Which.Should().StartWith("Low/Bottom.cs:").And.Contain("higher layer");

    [Theory]
    [InlineData("using Maas.X.Lowest;", "Word? _word; Base? _base;")]
    [InlineData("", "Lowest.Base? _base; Word Top { get; } // High.Top\n /* High.Top */")]
    [InlineData("", "string _text = \"High.Top\" + @\"High.Top \"\" \" + $\"High.Top {{High.Top}}\" + \"\"\"High.Top \" \"\"\" + '\"';")]
    [InlineData("", "Word High { get; } int Size => High.Top; int Other => this.Composer.Size;")]
    [InlineData("", "\n#pragma warning disable High.Top\n")]
    public void A_reference_downwards_and_text_are_not(string usings, string member) => Check(usings, member).Should().BeEmpty();

    [Fact]
    public void Namespaces_of_one_layer_and_those_apart_do_not_use_each_other()
    {
        var table = LayerTable.Parse("Maas.X", ["A B", "C", "apart: A C"]);
        SourceFile[] files =
        [
            SourceFile.Parse("A.cs", "namespace Maas.X.A; class InA;"),
            SourceFile.Parse("B.cs", "using Maas.X.A;\nnamespace Maas.X.B; class InB;"),
            SourceFile.Parse("C.cs", "using Maas.X.A;\nusing Maas.X.B;\nnamespace Maas.X.C; class InC;"),
        ];

        LayerCheck.Violations(table, files).Should().Equal(
            "B.cs:1: Maas.X.B (A, B) uses Maas.X.A of the same layer",
            "C.cs:1: Maas.X.C and Maas.X.A are apart; it uses Maas.X.A");
    }

    [Fact]
    public void A_table_that_does_not_fit_the_code_is_reported()
    {
        var table = LayerTable.Parse("Maas.X", ["types: Gone", "Nowhere"]);

        LayerCheck.Violations(table, [SourceFile.Parse("A.cs", "namespace Maas.X.A; class InA;")]).Should().HaveCount(3);
    }

    private static IReadOnlyList<string> Check(string usings, string member)
    {
        var table = LayerTable.Parse("Maas.X", ["types: Word", "Lowest", "Low # a comment", "", "High"]);
        return LayerCheck.Violations(table,
        [
            SourceFile.Parse("Word.cs", "namespace Maas.X; public sealed class Word;"),
            SourceFile.Parse("Composer.cs", "using Maas.X.High;\nnamespace Maas.X; public sealed class Composer { Top? _top; Word? _word; "
                + "}"),
            SourceFile.Parse("Lowest/Base.cs", "namespace Maas.X.Lowest; record struct Base(int Size);"),
            SourceFile.Parse("Low/Bottom.cs", $"{usings}\nnamespace Maas.X.Low;\n\ninternal sealed class Bottom {{ {member} }}"),
            SourceFile.Parse("High/Top.cs", "namespace Maas.X.High; static class Top { public const int Name = 1; }"),
        ]);
    }

    private static List<SourceFile> SourcesOf(string package)
    {
        var folder = Repository.PathOf($"src/{package}");
        return
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
                .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
                .Select(file => SourceFile.Parse($"src/{package}/{file}", File.ReadAllText(Path.Combine(folder, file)))),
        ];
    }
}
