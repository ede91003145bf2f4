using System.Reflection;

[assembly: AssemblyMetadata("Maas.Package", "Power")]
