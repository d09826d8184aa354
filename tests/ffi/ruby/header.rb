# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# frozen_string_literal: true

# What binding.rb declares by hand, compared with the stripped header.
module Header
  TEXT = File.read(ENV.fetch("CXDIALER_CDEF")).gsub(/\s+/, " ")
  TABLES = {Lib::TokenProvider => "token_provider", Lib::AuditLogger => "audit_logger", Lib::Callback => "callback", Lib::Rule => "rule", Lib::Log => "log"}

  module_function

  def faults
    functions(Lib::FUNCTIONS) + functions(Lib::WAITING) + constants + TABLES.flat_map { |table, name| table_faults(table, name) }
  end

  # The type that a declaration of C asks for
  def kind(declaration)
    case declaration
    when /\Aconst char \*\w*\z/ then :string
    when /\*/ then :pointer
    when /\A(cxd_status|int32_t)\b/ then :int32
    when /\A(int64_t|size_t|void)\b/ then {"int64_t" => :int64}.fetch($1, $1.to_sym)
    else raise "what is #{declaration}?"
    end
  end

  def kinds(list)
    list == "void" ? [] : list.split(",").map { |argument| kind(argument.strip) }
  end

  def functions(declared)
    declared.flat_map do |result, functions|
      functions.reject do |name, arguments|
        found = TEXT.match(/([\w *]+?)\bcxd_#{name}\(([^;]*)\);/) or next false
        [kind(found[1].strip), kinds(found[2])] == [result, arguments]
      end.keys
    end
  end

  def constants
    Lib.constants.grep(/\A(OK|ACCEPTED|E_|EVENT_|PLANNED|APPLIED|NOT_APPLIED)/).reject do |name|
      found = TEXT.match(/\bCXD_(?:OUTCOME_)?#{name} = (\w+)/)
      found && Integer(found[1]) == Lib.const_get(name)
    end
  end

  def table_faults(table, name)
    members = TEXT[/struct cxd_#{name} \{ (.*?) \};/, 1].split(";").map(&:strip)
    names = members.map { |member| (member[/\(\*(\w+)\)/, 1] || member[/\w+\z/]).to_sym }
    return ["#{table}: #{table.members} is not #{names}"] if table.members != names
    wrong = members.zip(names).reject { |member, method| as_declared?(member, table.layout[method].type) }
    wrong.map { |member, _| "#{table}: #{member}" } + (table.size == 8 * names.size ? [] : ["#{table} has #{table.size} bytes"])
  end

  def as_declared?(member, type)
    return type == FFI.find_type(kind(member)) unless type.is_a?(FFI::FunctionType)
    result, arguments = member.match(/\A(\w+) \(\*\w+\)\((.*)\)\z/).captures
    wanted = kinds(arguments).map { |one| FFI.find_type(one == :string ? :pointer : one) }
    [type.result_type, type.param_types] == [FFI.find_type(kind(result)), wanted]
  end
end
