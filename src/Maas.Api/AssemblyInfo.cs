using System.Reflection;

[assembly: AssemblyMetadata("Maas.Package", "Api")]
