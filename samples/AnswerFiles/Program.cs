// Prints the preseed that the Debian installer of a sample machine would fetch, with Maas.Install alone; or, with a file, renders the
// file as a template and shows what is wrong with it.
//   AnswerFiles [TEMPLATE]
using Maas.Install.Recipes;
using Maas.Install.Templates;

var target = new TemplateTarget { OsSystem = "debian", Series = "bookworm", Architecture = "amd64" };
var texts = new Dictionary<string, string>(BuiltInTemplates.All);
var name = "debian/preseed";
if (args is [var file])
{
    name = Path.GetFileName(file);
    texts[name] = File.ReadAllText(file);
}

switch (new TemplateSet(texts).Render(name, SampleMachine.ValuesFor(target)))
{
    case TemplateResult.Rendered rendered:
        Console.Write(rendered.Text);
        return 0;
    case TemplateResult.Failed failed:
        Console.Error.WriteLine(failed.Error);
        return 1;
    default:
        throw new System.Diagnostics.UnreachableException();
}
