using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Install.Templates;

/// <summary>The tables of templates.</summary>
internal static class TemplateTables
{
    public static RecordTable<InstallTemplate> Templates { get; } = new(
        "install_templates",
        TemplateJson.Default.InstallTemplate,
        [
            RecordColumn.Text<InstallTemplate>("name", template => template.Name),
            RecordColumn.Text<InstallTemplate>("scope", template => template.ScopeKind.ToString()),
            RecordColumn.Text<InstallTemplate>("value", template => template.ScopeValue),
        ],
        [new RecordKey("name", "name", "scope", "value")]);

    public static RecordTable<TemplateRevision> Revisions { get; } = new(
        "install_template_revisions",
        TemplateJson.Default.TemplateRevision,
        [
            RecordColumn.Reference<TemplateRevision>("template", revision => revision.TemplateId, Templates, cascades: true),
            RecordColumn.Number<TemplateRevision>("revision", revision => revision.Revision),
        ],
        [new RecordKey("revision", "template", "revision")]);

    public static IReadOnlyList<RecordTable> All { get; } = [Templates, Revisions];
}

/// <summary>How templates are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstallTemplate))]
[JsonSerializable(typeof(TemplateRevision))]
internal sealed partial class TemplateJson : JsonSerializerContext;
